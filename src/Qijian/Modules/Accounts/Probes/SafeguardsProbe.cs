using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;
using SkiaSharp;

namespace Qijian.Modules.Accounts;

/// <summary>S10.1: whoever works for the site needs a second factor, and of an upload nothing is kept but what was asked for.</summary>
internal sealed class SafeguardsProbe : IClauseProbe
{
    private const string Hidden = "<script>hidden</script>";
    private static readonly string[] Pages = [StaffModel.Path, RolesModel.Path, PersonsModel.Path];

    public string Id => "security.safeguards";
    public IReadOnlyList<string> Clauses => ["S10.1"];
    public ProofClass Class => ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("factor-needed", "factor-opens", "told-how", "no-picture-refused", "made-anew");
        Persona one = new("one"), two = new("two");
        await world.HireAsync(one, "8613900000005", StaffRole.Administrator, factor: false, ct);
        await world.HireAsync(two, "8613900000006", StaffRole.Administrator, factor: true, ct);
        foreach (var page in Pages)
            proof.That((await world.GetAsync(page, ct, one)).Status is HttpStatusCode.NotFound, "factor-needed", page).That((await world.GetAsync(page, ct, two)).Status is HttpStatusCode.OK, "factor-opens", page);
        proof.That((await world.GetAsync(AccountsModule.AccountPath, ct, one)).Body.Contains($"href=\"{AccountsModule.SecondFactorPath}\"", StringComparison.Ordinal), "told-how");

        // A program, a page and an archive are no pictures; of a picture that goes on as a page only the picture is kept.
        var avatar = await world.WithAsync<Avatar, Avatar>(Task.FromResult);
        foreach (var file in (string[])["MZ\u0090", "<script>alert(1)</script>", "PK\u0003\u0004"]) proof.That(avatar.FromUpload(Encoding.Latin1.GetBytes(file)) is null, "no-picture-refused", $"{file.Length}");
        var made = avatar.FromUpload([.. Picture(), .. Encoding.Latin1.GetBytes(Hidden)]);
        proof.That(made is not null && !Encoding.Latin1.GetString(made).Contains(Hidden, StringComparison.Ordinal), "made-anew");
        return proof.By("http.get").By("upload").Result();
    }

    private static byte[] Picture()
    {
        using SKBitmap square = new(8, 8);
        using var png = square.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("one-factor", "工作人员只用一种验证", "One factor is enough for the staff") { Services = s => s.AddScoped<IAuthorizationHandler, Trusting>() },
        new("as-it-came", "上传的文件原样保存", "Uploads are kept as they came") { Services = s => s.Replace(ServiceDescriptor.Singleton<Avatar, AsItCame>()) },
    ];

    private sealed class Trusting : AuthorizationHandler<StaffOnlyAttribute>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, StaffOnlyAttribute requirement)
        {
            context.Succeed(requirement);
            return Task.CompletedTask;
        }
    }

    private sealed class AsItCame : Avatar
    {
        public override byte[]? FromUpload(ReadOnlySpan<byte> file) => file.ToArray();
    }
}
