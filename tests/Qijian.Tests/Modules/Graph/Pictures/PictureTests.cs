using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using System.Xml.Linq;
using CsCheck;
using Qijian.Modules.Graph;

namespace Qijian.Tests.Modules.Graph;

/// <summary>By geometry: whatever is drawn, everything can be seen.</summary>
public sealed class PictureTests
{
    private const double Hair = 0.01;

    private static readonly Gen<Picture> AnyPicture =
        from count in Gen.Int[1, 30]
        from edges in Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1], Gen.Int[0, 5], Gen.Int[0, 8]).Array[0, 90]
        from names in Gen.OneOf(Gen.Int[1, 40].Select(n => string.Concat(Enumerable.Repeat("星海示例", 10))[..n]), Gen.String[1, 60], Gen.Const("Jiangsu Xinghai Example Technology Holdings Co., Ltd.")).Array[count]
        from focus in Gen.Int[-1, count - 1]
        from rightward in Gen.Bool
        select new Picture(
            [.. names.Select((name, i) => new PictureNode($"{i}", name, (PictureShape)(i % 5), i % 3 == 0 ? null : $"/companies/{i}") { Focus = i == focus, Note = i % 4 == 0 ? "共 12.3456%" : null })],
            [.. edges.Where((e, i) => e.Item1 != e.Item2 || edges.Take(i).Count(o => o.Item1 == e.Item1 && o.Item2 == e.Item2) < 3).Select(e => new PictureEdge($"{e.Item1}", $"{e.Item2}", e.Item4 switch { 0 => null, 1 => "控制", 2 => "法定代表人 · 董事 · 股东 33.3333%", 3 => new string('长', 80), var n => $"{n * 11.1111:0.####}%" }) { Line = (PictureLine)(e.Item3 % 3), Arrow = (PictureArrow)(e.Item3 / 2), Ended = e.Item3 == 5 })],
            rightward);

    [Fact]
    public void In_any_picture_nothing_hides_anything() => AnyPicture.Sample(picture => Clear(picture), iter: 1000, print: Print);

    public static TheoryData<string> Hard => [.. HardOnes.Keys];

    private static readonly Dictionary<string, Func<Picture>> HardOnes = new()
    {
        ["nobody"] = () => new([], []),
        ["one alone"] = () => Of(1, []),
        ["60 owners"] = () => Of(61, Enumerable.Range(1, 60).Select(i => (i, 0))),
        ["60 holdings"] = () => Of(61, Enumerable.Range(1, 60).Select(i => (0, i))),
        ["60 owners that own each other's holdings"] = () => Of(61, [.. Enumerable.Range(1, 30).Select(i => (i, 0)), .. Enumerable.Range(31, 30).Select(i => (0, i)), .. Enumerable.Range(1, 30).Select(i => (i, i + 30))]),
        ["a chain of 20"] = () => Of(20, Enumerable.Range(1, 19).Select(i => (i, i - 1))),
        ["a chain of 20 with each owner of all"] = () => Of(20, Enumerable.Range(1, 19).SelectMany(i => Enumerable.Range(0, i).Select(j => (i, j)))),
        ["30, everyone of everyone"] = () => Of(30, Enumerable.Range(0, 30).SelectMany(i => Enumerable.Range(0, 30).Select(j => (i, j)))),
        ["two that own each other"] = () => Of(2, [(1, 0), (0, 1)]),
        ["one that owns itself"] = () => Of(1, [(0, 0), (0, 0)]),
        ["a circle of 12"] = () => Of(12, Enumerable.Range(0, 12).Select(i => (i, (i + 1) % 12))),
        ["nine relations of two"] = () => Of(2, Enumerable.Repeat((1, 0), 9)),
        ["strangers"] = () => Of(25, []),
    };

    [Theory, MemberData(nameof(Hard))]
    public void In_a_hard_picture_nothing_hides_anything(string which)
    {
        var picture = HardOnes[which]();
        Clear(picture);
        Clear(picture with { Rightward = true });
    }

    [Fact]
    public void The_same_is_drawn_the_same() => AnyPicture.Sample(picture => Assert.Equal(Draw(picture), Draw(picture with { Nodes = [.. picture.Nodes], Edges = [.. picture.Edges] })), iter: 100);

    [Fact]
    public void Owners_stand_above_the_company_and_holdings_below_it_and_a_shared_owner_once()
    {
        // A person owns two companies, which own the company, which owns another, of which somebody else has a part.
        Picture picture = new([Node("F") with { Focus = true }, Node("A"), Node("B"), Node("P"), Node("H"), Node("X")], [new("P", "A"), new("P", "B"), new("P", "F"), new("A", "F"), new("B", "F"), new("F", "H"), new("X", "H")]);
        var y = PictureLayout.Of(picture).Nodes.ToDictionary(n => n.Node.Key, n => n.Box.Y);
        Assert.Equal(6, y.Count);
        Assert.True(y["P"] < y["A"] && y["A"] < y["F"] && y["F"] < y["H"]);
        Assert.Equal(y["A"], y["B"]);
        Assert.Equal(y["F"], y["X"]); // beside the company, not at the top: it owns nothing above
    }

    [Fact]
    public void A_relation_that_closes_a_loop_runs_back_and_its_arrow_points_to_what_is_owned()
    {
        Picture picture = new([Node("F") with { Focus = true }, Node("A")], [new("A", "F", "60%"), new("F", "A", "40%")]);
        var placed = PictureLayout.Of(picture);
        var y = placed.Nodes.ToDictionary(n => n.Node.Key, n => n.Box.Y);
        Assert.True(y["A"] < y["F"], "the owner stands above, though the company owns it too");
        Assert.Equal([false, true], placed.Edges.Select(e => e.Backward));
        var svg = XDocument.Parse(Draw(picture));
        Assert.Single(Classes(svg, "path"), "line loop");
        Assert.Single(Classes(svg, "g"), "share loop");
        var tips = svg.Descendants().Where(d => d.Attribute("class")?.Value.StartsWith("tip", StringComparison.Ordinal) == true).ToDictionary(t => t.Attribute("class")!.Value, t => t.Attribute("d")!.Value);
        Assert.Equal(placed.Nodes.Single(n => n.Node.Key == "A").Box.Bottom, double.Parse(tips["tip loop"][1..].Split('L')[0].Split(' ')[1], CultureInfo.InvariantCulture), 1);
        Assert.Equal(y["F"], double.Parse(tips["tip"][1..].Split('L')[0].Split(' ')[1], CultureInfo.InvariantCulture), 1);
    }

    [Fact]
    public void Shapes_and_lines_say_what_they_are()
    {
        Picture picture = new(
            [Node("F") with { Focus = true }, new("P", "林思远", PictureShape.Person, "/people/p-1"), new("U", "未披露", PictureShape.Unknown), new("M", "另有 37 名", PictureShape.More, "?open=1")],
            [new("P", "F", "51%"), new("U", "F", "9%") { Line = PictureLine.Computed }, new("M", "F"), new("P", "F", "控制") { Line = PictureLine.Control }, new("P", "F", "5%") { Ended = true }]);
        var svg = XDocument.Parse(Draw(picture));
        Assert.Equal(["party company focus", "party more", "party person", "party unknown"], Classes(svg, "svg").Where(c => c.StartsWith("party", StringComparison.Ordinal)).Order());
        Assert.Equal(["line", "line", "line computed", "line control", "line past"], Classes(svg, "path").Where(c => c.StartsWith("line", StringComparison.Ordinal)).Order());
        Assert.Equal(["/companies/F", "/people/p-1", "?open=1"], svg.Descendants().Attributes("href").Select(a => a.Value).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(svg.Descendants().Attributes(), a => a.Name.LocalName is "style");
    }

    [Theory]
    [InlineData("<script>alert(1)</script>\"'&"), InlineData("\u202Eevil\u2066 company\u0000\u0007\nLtd"), InlineData("שלום עולם حكومة"), InlineData("\uD800 lone \uDC00"), InlineData(""), InlineData("Z\u0335\u0321\u0322\u0323\u0324\u0325\u0326\u0327\u0328a\u0335\u0321\u0322\u0323"), InlineData("]]><!--"), InlineData("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦"), InlineData("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW")]
    public void A_hostile_name_stays_a_text_in_its_box(string name)
    {
        foreach (var hostile in (string[])[name, string.Concat(Enumerable.Repeat(name, 500 / Math.Max(1, name.Length) + 1))])
        {
            Picture picture = new([new("1", hostile, PictureShape.Company, "/x") { Note = hostile }, new("2", hostile, PictureShape.Person)], [new("1", "2", hostile) { Words = hostile }]);
            Clear(picture);
            var svg = XDocument.Parse(Draw(picture)); // well-formed, and with nothing in it but what we draw
            Assert.Subset(new HashSet<string> { "svg", "title", "desc", "g", "path", "rect", "text", "a" }, svg.Descendants().Select(d => d.Name.LocalName).ToHashSet());
            Assert.All(svg.Descendants().Where(d => !d.HasElements), d => Assert.DoesNotContain(d.Value, c => char.IsControl(c) || c is '\u202E' or '\u2066' or '\u200F' or '\uFFFD' || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format));
        }
    }

    [Theory]
    [InlineData("江苏星海示例科技有限公司", 100, "江苏星海示例|科技有限公司")]
    [InlineData("Jiangsu Xinghai Example Technology", 156, "Jiangsu Xinghai|Example Technology")]
    [InlineData("短名", 156, "短名")]
    [InlineData("汐达示例幕墙（潍坊）有限公司", 100, "汐达示例幕墙|（潍坊）有限|公司")]
    public void A_name_is_broken_between_hanzi_and_between_words(string name, double most, string lines) => Assert.Equal(lines, string.Join('|', PictureText.Wrap(name, most, 3, 13)));

    [Fact]
    public void A_name_with_no_room_is_shortened_and_whole_in_its_title()
    {
        var name = string.Concat(Enumerable.Repeat("极其漫长的名称", 12));
        var svg = XDocument.Parse(Draw(new([new("1", name, PictureShape.Company)], [])));
        var lines = svg.Descendants().Where(d => d.Attribute("class")?.Value == "name").Select(d => d.Value).ToList();
        Assert.Equal(3, lines.Count);
        Assert.EndsWith("…", lines[^1]);
        Assert.StartsWith(string.Concat(lines)[..^1], name);
        Assert.Contains(name, svg.Descendants().Where(d => d.Name.LocalName == "title").Select(d => d.Value));
    }

    private static PictureNode Node(string key) => new(key, key, PictureShape.Company, "/companies/" + key);

    private static Picture Of(int count, IEnumerable<(int From, int To)> edges) => new(
        [.. Enumerable.Range(0, count).Select(i => new PictureNode($"{i}", i % 2 == 0 ? $"第{i}号示例股份有限公司" : $"王{i}", i % 2 == 0 ? PictureShape.Company : PictureShape.Person, $"/companies/{i}") { Focus = i == 0 })],
        [.. edges.Select((e, i) => new PictureEdge($"{e.From}", $"{e.To}", $"{100m / (i + 1):0.####}%"))]);

    private static string Draw(Picture picture)
    {
        using StringWriter writer = new();
        new PictureSvg(PictureLayout.Of(picture), "p", "图", "说明").WriteTo(writer, HtmlEncoder.Create(UnicodeRanges.All));
        return writer.ToString();
    }

    private static IEnumerable<string> Classes(XDocument svg, string element) => svg.Descendants().Where(d => d.Name.LocalName == element).Select(d => d.Attribute("class")?.Value ?? "");

    private static string Print(Picture picture) => $"{picture.Rightward} {string.Join(' ', picture.Nodes.Select(n => $"[{n.Key}{(n.Focus ? "!" : "")} {n.Name.Length}]"))} {string.Join(' ', picture.Edges.Select(e => $"{e.From}>{e.To}:{e.Label}"))}";

    private static void Clear(Picture picture)
    {
        var placed = PictureLayout.Of(picture);
        Assert.Equal(picture.Nodes.Select(n => n.Key).Order(), placed.Nodes.Select(n => n.Node.Key).Order());
        Assert.Equal(picture.Edges.Count, placed.Edges.Count);
        var labelled = picture.Edges.Where(e => e.From != e.To && e.Label is { } label && PictureText.Clean(label).Length > 0);
        Assert.Subset(placed.Edges.Where(e => e.Label is not null).Select(e => e.Edge).ToHashSet(), labelled.ToHashSet());

        var boxes = placed.Nodes.ToDictionary(n => n.Node.Key, n => n.Box);
        var courses = placed.Edges.Select(e => (e.Edge, e.Label, Spots: Flatten(e.Course))).ToList();
        var labels = placed.Edges.Where(e => e.Label is not null).Select(e => (e.Edge, e.Label!.Box)).ToList();
        Box all = new(0, 0, placed.Width, placed.Height);
        Assert.All(boxes.Values.Concat(labels.Select(l => l.Box)), b => Assert.True(Within(b, all), $"{b} is outside {all}"));
        Assert.All(courses.SelectMany(c => c.Spots), s => Assert.True(s.X >= 0 && s.Y >= 0 && s.X <= all.Width && s.Y <= all.Height, $"{s} is outside {all}"));

        foreach (var node in placed.Nodes)
        {
            Assert.All(node.Lines, l => Assert.True(PictureText.Width(l, PictureText.NameSize) <= node.Box.Width - 4, $"'{l}' is wider than its box"));
            Assert.True(20 + (node.Lines.Count - 1 + (node.Note is null ? 0 : 1)) * PictureText.LineHeight <= node.Box.Height - 3, "the last line is below the box");
        }

        foreach (var (a, b) in Pairs(boxes.ToList())) Assert.False(Overlap(a.Value, b.Value), $"parties {a.Key} and {b.Key} overlap");
        foreach (var (a, b) in Pairs(labels)) Assert.False(Overlap(a.Box, b.Box), $"labels {a.Edge.From}>{a.Edge.To} and {b.Edge.From}>{b.Edge.To} overlap");
        foreach (var label in labels)
        {
            foreach (var (key, box) in boxes) Assert.False(Overlap(label.Box, box), $"the label of {label.Edge.From}>{label.Edge.To} overlaps {key}");
            foreach (var course in courses) if (course.Label?.Box != label.Box) Assert.False(Crosses(course.Spots, label.Box), $"{course.Edge.From}>{course.Edge.To} runs behind the label of {label.Edge.From}>{label.Edge.To}");
        }

        foreach (var (edge, _, spots) in courses)
        {
            Assert.True(spots.Zip(spots.Skip(1)).Sum(s => Math.Abs(s.First.X - s.Second.X) + Math.Abs(s.First.Y - s.Second.Y)) > 20, "a line is too short to be seen");
            foreach (var (key, box) in boxes) Assert.False(Crosses(spots, box), $"{edge.From}>{edge.To} runs behind {key}");
            Spot[] real = [spots[0], spots[^1]];
            Assert.Contains(real, s => Touches(boxes[edge.From], s));
            Assert.Contains(real, s => Touches(boxes[edge.To], s));
        }

        // No two lines leave or reach a party at one spot: each can be followed.
        var ends = courses.SelectMany(c => new[] { c.Spots[0], c.Spots[^1] }).ToList();
        Assert.Equal(ends.Count, ends.Select(s => (Math.Round(s.X * 2), Math.Round(s.Y * 2))).Distinct().Count());
    }

    private static IEnumerable<(T, T)> Pairs<T>(IReadOnlyList<T> all)
    {
        for (var i = 0; i < all.Count; i++)
            for (var j = i + 1; j < all.Count; j++) yield return (all[i], all[j]);
    }

    private static bool Within(Box inner, Box outer) => inner.X >= outer.X - Hair && inner.Y >= outer.Y - Hair && inner.Right <= outer.Right + Hair && inner.Bottom <= outer.Bottom + Hair;

    private static bool Overlap(Box a, Box b) => a.X < b.Right - Hair && b.X < a.Right - Hair && a.Y < b.Bottom - Hair && b.Y < a.Bottom - Hair;

    private static bool Touches(Box box, Spot spot) => spot.X >= box.X - Hair && spot.X <= box.Right + Hair && spot.Y >= box.Y - Hair && spot.Y <= box.Bottom + Hair;

    private static List<Spot> Flatten(IReadOnlyList<Curve> course)
    {
        List<Spot> spots = [course[0].From];
        foreach (var c in course)
        {
            Assert.Equal(spots[^1], c.From); // without a gap
            for (var i = 1; i <= (c.Straight ? 1 : 24); i++)
            {
                var (t, u) = (c.Straight ? 1.0 : i / 24.0, c.Straight ? 0.0 : 1 - i / 24.0);
                spots.Add(new(u * u * u * c.From.X + 3 * u * u * t * c.Leave.X + 3 * u * t * t * c.Arrive.X + t * t * t * c.To.X, u * u * u * c.From.Y + 3 * u * u * t * c.Leave.Y + 3 * u * t * t * c.Arrive.Y + t * t * t * c.To.Y));
            }

            spots[^1] = c.To;
        }

        return spots;
    }

    // Whether a line enters a box (its border does not count): each stretch cut to the box.
    private static bool Crosses(List<Spot> spots, Box box)
    {
        for (var i = 1; i < spots.Count; i++)
        {
            if ((spots[i - 1].Y < box.Y && spots[i].Y < box.Y) || (spots[i - 1].Y > box.Bottom && spots[i].Y > box.Bottom) || (spots[i - 1].X < box.X && spots[i].X < box.X) || (spots[i - 1].X > box.Right && spots[i].X > box.Right)) continue;
            var (from, x, y) = (spots[i - 1], spots[i].X - spots[i - 1].X, spots[i].Y - spots[i - 1].Y);
            var (first, last) = (0.0, 1.0);
            foreach (var (p, q) in new[] { (-x, from.X - box.X - Hair), (x, box.Right - Hair - from.X), (-y, from.Y - box.Y - Hair), (y, box.Bottom - Hair - from.Y) })
            {
                if (p == 0)
                {
                    if (q <= 0) (first, last) = (1, 0);
                }
                else if (p < 0) first = Math.Max(first, q / p);
                else last = Math.Min(last, q / p);
            }

            if (first < last) return true;
        }

        return false;
    }
}
