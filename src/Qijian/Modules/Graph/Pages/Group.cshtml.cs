using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

/// <summary>The group of a company: its parents to the top, and all under those.</summary>
internal sealed class GroupModel(IRelationGraph graph, IEnumerable<PartyTab> tabs) : PageModel
{
    public const int MostRows = 500;

    public GraphAsked Asked { get; private set; } = null!; // set by OnGet, as all that follows
    public PartyHead Head { get; private set; } = null!;
    public GroupView Group { get; private set; } = null!;
    public IHtmlContent? Drawn { get; private set; }
    public int Undrawn { get; private set; }

    public string Name => GraphWords.NameOf(Group.Company);

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        if (!graph.Ready) return StatusCode(StatusCodes.Status503ServiceUnavailable);
        var lookup = await graph.FindAsync(id, ct);
        if (GraphAsked.Elsewhere(this, lookup, to => $"/companies/{to}/group") is { } elsewhere) return elsewhere;
        if (((PartyLookup.Found)lookup).Party is not { Kind: PartyKind.Company, Path: { } path } company) return NotFound();
        Asked = new(Request);
        Head = PartyHead.Of(company, tabs, path + "/group");
        Group = await graph.GroupAsync(company, Asked.Day("asOf"), ct);
        if (Group.Relations.Count > 0) Draw();
        return Page();
    }

    private void Draw()
    {
        var open = DrawOwnership.Opened(Asked);
        DrawOwnership draw = new([Group.Company, .. Group.Ultimate.Where(u => u.Number != Group.Company.Number).Take(10)], open, (key, count) => Language.Path(Head.Own) + Asked.With("open", DrawOwnership.Opened(open, key, count)) + "#group")
        {
            Link = p => p.Path is { } path ? Language.Path(p.Kind is PartyKind.Company && p.Number != Group.Company.Number ? path + "/group" : path) : null,
            Note = p => Group.Ultimate.Any(u => u.Number == p.Number) ? Text.PageUltimate : null,
        };
        var picture = draw.Of(Group.Relations, Group.Relations);
        Undrawn = draw.Undrawn;
        Drawn = new PictureSvg(PictureLayout.Of(picture), "picture", Text.PageGroupTitle.With(Name), Text.PagePictureWords.With(picture.Nodes.Count, picture.Edges.Count));
    }
}
