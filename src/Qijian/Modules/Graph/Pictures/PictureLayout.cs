using System.Runtime.InteropServices;

namespace Qijian.Modules.Graph;

/// <summary>
/// Finds a place for everything in a picture, the same each time. Parties stand in layers; between two layers is a channel with three zones:
/// next to either layer the lines run straight out of the parties, each in a slot of its own that is as wide as the label on it, and only in the
/// middle they cross. A line that passes a layer has a slot there, as a party has. So no line runs behind a party or a foreign label, and no
/// label meets another, whatever is drawn. (Sugiyama, Tagawa and Toda 1981; coordinates by pooling adjacent violators.)
/// </summary>
internal sealed class PictureLayout
{
    private const double Margin = 16, Gap = 22, LineGap = 14, LabelGap = 10, Lead = 10, Tip = 10, NameWidth = 156, Padding = 12, Loop = 26, LabelWidth = 150;
    private const int Lines = 3;

    /// <summary>A party, or the place of a line that passes a layer.</summary>
    private sealed class Slot(int node, int layer)
    {
        public readonly int Node = node, Layer = layer; // -1: a line passes
        public readonly List<Leg> Up = [], Down = [];
        public double Size, Loops; // across: of the party, and of its own loops beside it
        public double Start; // across
        public int Order;

        public double Centre => Start + Size / 2;
    }

    /// <summary>A line between two neighbouring layers.</summary>
    private sealed class Leg(int edge, Slot upper, Slot lower)
    {
        public readonly int Edge = edge;
        public readonly Slot Upper = upper, Lower = lower;
        public double UpperAt, LowerAt; // across
        public bool LabelUp, LabelDown;
    }

    private readonly Picture picture;
    private readonly (double Across, double Along, IReadOnlyList<string> Lines, string? Note)[] nodes;
    private readonly (string? Text, double Across, double Along)[] labels;
    private readonly (int From, int To, bool Backward)[] ends; // in the order of the layers
    private readonly int[] level;
    private readonly List<List<Slot>> layers = [];
    private readonly List<Leg>[] courses;

    private PictureLayout(Picture picture)
    {
        this.picture = picture;
        Dictionary<string, int> numbers = new(picture.Nodes.Count, StringComparer.Ordinal);
        for (var i = 0; i < picture.Nodes.Count; i++) numbers.Add(picture.Nodes[i].Key, i);
        nodes = [.. picture.Nodes.Select(Measure)];
        labels = [.. picture.Edges.Select((e, i) => Measure(e.From == e.To ? LoopLabel(i) : e.Label))];
        ends = [.. picture.Edges.Select(e => (numbers[e.From], numbers[e.To], false))];
        courses = [.. picture.Edges.Select(_ => new List<Leg>())];
        level = new int[nodes.Length];
    }

    public static PlacedPicture Of(Picture picture)
    {
        if (picture.Nodes.Count == 0) return new(2 * Margin, 2 * Margin, picture.Rightward, [], []);
        PictureLayout layout = new(picture);
        layout.TurnLoops();
        layout.FindLevels();
        layout.FillLayers();
        layout.SizeSlots();
        layout.Order();
        layout.Place();
        layout.PlacePorts();
        return layout.Draw();
    }

    private (double Across, double Along, IReadOnlyList<string> Lines, string? Note) Measure(PictureNode node)
    {
        var name = PictureText.Clean(node.Name);
        var lines = PictureText.Wrap(name.Length > 0 ? name : "–", NameWidth, Lines, PictureText.NameSize);
        var note = node.Note is { } text ? PictureText.Shorten(PictureText.Clean(text), NameWidth, PictureText.LabelSize) : null;
        var width = Math.Max(lines.Max(l => PictureText.Width(l, PictureText.NameSize)), note is null ? 0 : PictureText.Width(note, PictureText.LabelSize));
        var (wide, high) = (Math.Ceiling(width) + 2 * Padding, (lines.Count + (note is null ? 0 : 1)) * PictureText.LineHeight + 14);
        return picture.Rightward ? (high, wide, lines, note) : (wide, high, lines, note);
    }

    // Loops of one party have one label, at the outermost.
    private string? LoopLabel(int loop)
    {
        var own = Enumerable.Range(0, picture.Edges.Count).Where(e => picture.Edges[e].From == picture.Edges[loop].From && picture.Edges[e].To == picture.Edges[loop].From).ToList();
        return own[0] == loop ? string.Join(" · ", own.Select(e => picture.Edges[e].Label).Where(l => l is not null)) : null;
    }

    private (string? Text, double Across, double Along) Measure(string? label)
    {
        if (label is null || PictureText.Clean(label) is not { Length: > 0 } clean) return default;
        var text = PictureText.Shorten(clean, LabelWidth, PictureText.LabelSize);
        var wide = Math.Ceiling(PictureText.Width(text, PictureText.LabelSize)) + 6;
        return picture.Rightward ? (text, PictureText.LabelHeight, wide) : (text, wide, PictureText.LabelHeight);
    }

    // A line that closes a loop is laid the other way round, and drawn as one that runs back. Looked for from the focus upward, so that its owners stay above it.
    private void TurnLoops()
    {
        var owners = new List<(int Edge, int From)>[nodes.Length];
        for (var n = 0; n < nodes.Length; n++) owners[n] = [];
        for (var e = 0; e < ends.Length; e++) if (ends[e].From != ends[e].To) owners[ends[e].To].Add((e, ends[e].From));
        var state = new byte[nodes.Length]; // 1 on the way, 2 done
        Stack<(int Node, int Next)> way = new();
        foreach (var start in Enumerable.Range(0, nodes.Length).OrderBy(n => picture.Nodes[n].Focus ? 0 : 1))
        {
            if (state[start] != 0) continue;
            way.Push((start, 0));
            state[start] = 1;
            while (way.TryPop(out var at))
            {
                if (at.Next == owners[at.Node].Count)
                {
                    state[at.Node] = 2;
                    continue;
                }

                way.Push((at.Node, at.Next + 1));
                var (edge, from) = owners[at.Node][at.Next];
                if (state[from] == 1) ends[edge] = (at.Node, from, true);
                else if (state[from] == 0)
                {
                    state[from] = 1;
                    way.Push((from, 0));
                }
            }
        }
    }

    // Who is above the focus stands as near to it as can be, who is below as well, and others as near as can be to what they own.
    private void FindLevels()
    {
        var below = Neighbours(e => (e.From, e.To));
        var above = Neighbours(e => (e.To, e.From));
        var order = Sorted(below, above);
        var focus = Math.Max(0, picture.Nodes.ToList().FindIndex(n => n.Focus));
        var anywhere = !picture.Nodes.Any(n => n.Focus);
        var placed = new bool[nodes.Length];
        HashSet<int> upward = [focus];
        if (anywhere) upward.Clear();
        foreach (var n in Enumerable.Reverse(order)) if (below[n].Any(upward.Contains)) upward.Add(n);
        foreach (var n in Enumerable.Reverse(order))
        {
            if (!upward.Contains(n)) continue;
            level[n] = n == focus ? 0 : below[n].Where(upward.Contains).Min(b => level[b]) - 1;
            placed[n] = true;
        }

        foreach (var n in order)
        {
            if (placed[n] || (!anywhere && !above[n].Any(a => placed[a]))) continue;
            level[n] = above[n].Where(a => placed[a]).Select(a => level[a] + 1).DefaultIfEmpty(0).Max();
            placed[n] = true;
        }

        foreach (var n in Enumerable.Reverse(order))
        {
            if (placed[n]) continue;
            level[n] = below[n].Select(b => level[b] - 1).DefaultIfEmpty(0).Min();
            placed[n] = true;
        }
    }

    private List<int>[] Neighbours(Func<(int From, int To, bool Backward), (int, int)> direction)
    {
        var found = new List<int>[nodes.Length];
        for (var n = 0; n < nodes.Length; n++) found[n] = [];
        foreach (var edge in ends)
        {
            var (from, to) = direction(edge);
            if (from != to) found[from].Add(to);
        }

        return found;
    }

    private static List<int> Sorted(List<int>[] below, List<int>[] above)
    {
        var left = above.Select(a => a.Count).ToArray();
        List<int> order = [.. Enumerable.Range(0, left.Length).Where(n => left[n] == 0)];
        for (var i = 0; i < order.Count; i++)
            foreach (var n in below[order[i]])
                if (--left[n] == 0) order.Add(n);
        return order;
    }

    private void FillLayers()
    {
        var top = level.Min();
        for (var l = 0; l <= level.Max() - top; l++) layers.Add([]);
        var slots = new Slot[nodes.Length];
        for (var n = 0; n < nodes.Length; n++) layers[level[n] - top].Add(slots[n] = new(n, level[n] - top));
        for (var e = 0; e < ends.Length; e++)
        {
            if (ends[e].From == ends[e].To) continue;
            var (from, to) = (slots[ends[e].From], slots[ends[e].To]);
            while (from != to)
            {
                var next = from.Layer + 1 == to.Layer ? to : new(-1, from.Layer + 1);
                if (next != to) layers[next.Layer].Add(next);
                Leg leg = new(e, from, next);
                courses[e].Add(leg);
                from.Down.Add(leg);
                next.Up.Add(leg);
                from = next;
            }
        }
    }

    // The label stands at the end that has fewer lines.
    private void SizeSlots()
    {
        foreach (var legs in courses)
        {
            if (legs.Count == 0 || labels[legs[0].Edge].Text is null) continue;
            if (legs[^1].Lower.Up.Count <= legs[0].Upper.Down.Count) legs[^1].LabelDown = true;
            else legs[0].LabelUp = true;
        }

        foreach (var slot in layers.SelectMany(l => l))
        {
            if (slot.Node < 0)
            {
                slot.Size = LineGap;
                continue;
            }

            slot.Size = Math.Max(nodes[slot.Node].Across, Math.Max(slot.Up.Sum(l => Room(l, l.LabelDown)), slot.Down.Sum(l => Room(l, l.LabelUp))));
            if (LoopsOf(slot.Node).ToList() is { Count: > 0 } own) slot.Loops = LoopDepth(own.Count) + 4 + own.Max(e => labels[e].Across);
        }
    }

    private double Room(Leg leg, bool labelled) => labelled ? labels[leg.Edge].Across + LabelGap : LineGap;

    private static double LoopDepth(int loops) => Loop + 10 * (loops - 1);

    private IEnumerable<int> LoopsOf(int node) => Enumerable.Range(0, ends.Length).Where(e => ends[e].From == node && ends[e].To == node);

    private void Order()
    {
        Number();
        var (best, fewest) = (layers.ConvertAll(l => l.ToArray()), Crossings());
        for (var round = 0; round < 12 && fewest > 0; round++)
        {
            if (round % 2 == 0)
                for (var l = 1; l < layers.Count; l++) Sort(layers[l], s => s.Up, leg => leg.Upper);
            else
                for (var l = layers.Count - 2; l >= 0; l--) Sort(layers[l], s => s.Down, leg => leg.Lower);
            if (Crossings() is var now && now >= fewest) continue;
            (best, fewest) = (layers.ConvertAll(l => l.ToArray()), now);
        }

        for (var l = 0; l < layers.Count; l++) layers[l] = [.. best[l]];
        Number();
    }

    private void Number()
    {
        foreach (var layer in layers)
            for (var i = 0; i < layer.Count; i++) layer[i].Order = i;
    }

    private static void Sort(List<Slot> layer, Func<Slot, List<Leg>> legs, Func<Leg, Slot> other)
    {
        var sorted = layer.OrderBy(s => legs(s) is { Count: > 0 } own ? own.Average(l => other(l).Order) : s.Order).ToList();
        for (var i = 0; i < sorted.Count; i++)
        {
            layer[i] = sorted[i];
            layer[i].Order = i;
        }
    }

    private long Crossings()
    {
        var count = 0L;
        foreach (var layer in layers)
        {
            List<int> seen = []; // lower ends so far, sorted
            foreach (var slot in layer)
            {
                foreach (var lower in slot.Down.Select(l => l.Lower.Order).Order())
                {
                    var at = CollectionsMarshal.AsSpan(seen).BinarySearch(lower);
                    if (at < 0) at = ~at;
                    while (at < seen.Count && seen[at] <= lower) at++;
                    count += seen.Count - at;
                    seen.Insert(at, lower);
                }
            }
        }

        return count;
    }

    // Each layer in turn comes as near as its order allows to the middle of its neighbours.
    private void Place()
    {
        foreach (var layer in layers)
        {
            var at = 0.0;
            foreach (var slot in layer)
            {
                slot.Start = at;
                at += slot.Size + slot.Loops + GapAfter(slot);
            }

            foreach (var slot in layer) slot.Start -= at / 2;
        }

        for (var round = 0; round < 8; round++)
        {
            for (var l = 1; l < layers.Count; l++) Settle(layers[l], up: true, down: round > 3);
            for (var l = layers.Count - 2; l >= 0; l--) Settle(layers[l], up: round > 3, down: true);
        }
    }

    private static double GapAfter(Slot slot) => slot.Node < 0 ? 6 : Gap;

    private static void Settle(List<Slot> layer, bool up, bool down)
    {
        // Blocks of slots that touch, each with the sum of what its slots want of its start.
        List<(double Wanted, double Weight, int First)> blocks = [];
        var offsets = new double[layer.Count];
        var offset = 0.0;
        for (var i = 0; i < layer.Count; i++)
        {
            var slot = layer[i];
            offsets[i] = offset;
            offset += slot.Size + slot.Loops + GapAfter(slot);
            var (sum, weight) = (0.0, 0.0);
            if (up) foreach (var leg in slot.Up) Want(leg.Upper);
            if (down) foreach (var leg in slot.Down) Want(leg.Lower);
            if (weight == 0) (sum, weight) = (slot.Centre * 0.01, 0.01);
            blocks.Add((sum / weight - slot.Size / 2 - offsets[i], weight, i));
            while (blocks.Count > 1 && blocks[^2].Wanted > blocks[^1].Wanted)
            {
                var (a, b) = (blocks[^2], blocks[^1]);
                blocks.RemoveAt(blocks.Count - 1);
                blocks[^1] = ((a.Wanted * a.Weight + b.Wanted * b.Weight) / (a.Weight + b.Weight), a.Weight + b.Weight, a.First);
            }

            void Want(Slot other)
            {
                var w = slot.Node < 0 && other.Node < 0 ? 8.0 : slot.Node < 0 || other.Node < 0 ? 2.0 : 1.0;
                sum += other.Centre * w;
                weight += w;
            }
        }

        for (var b = 0; b < blocks.Count; b++)
            for (var i = blocks[b].First; i < (b + 1 < blocks.Count ? blocks[b + 1].First : layer.Count); i++) layer[i].Start = blocks[b].Wanted + offsets[i];
    }

    private void PlacePorts()
    {
        foreach (var slot in layers.SelectMany(l => l))
        {
            Spread(slot, [.. slot.Up.OrderBy(l => l.Upper.Order).ThenBy(l => l.Edge)], l => Room(l, l.LabelDown), (l, at) => l.LowerAt = at);
            Spread(slot, [.. slot.Down.OrderBy(l => l.Lower.Order).ThenBy(l => l.Edge)], l => Room(l, l.LabelUp), (l, at) => l.UpperAt = at);
        }
    }

    private static void Spread(Slot slot, IReadOnlyList<Leg> legs, Func<Leg, double> room, Action<Leg, double> place)
    {
        var spare = Math.Min((slot.Size - legs.Sum(room)) / (legs.Count + 1), 24);
        var at = slot.Centre - (legs.Sum(room) + spare * (legs.Count - 1)) / 2;
        foreach (var leg in legs)
        {
            place(leg, at + room(leg) / 2);
            at += room(leg) + spare;
        }
    }

    private PlacedPicture Draw()
    {
        var left = layers.SelectMany(l => l).Min(s => s.Start) - Margin;
        var right = layers.SelectMany(l => l).Max(s => s.Start + s.Size + s.Loops) + Margin;
        var (start, depth, strips) = (new double[layers.Count], new double[layers.Count], new (double Upper, double Lower)[layers.Count]);
        var along = Margin;
        for (var l = 0; l < layers.Count; l++)
        {
            start[l] = along;
            depth[l] = layers[l].Max(s => s.Node < 0 ? 0 : Math.Max(nodes[s.Node].Along, s.Loops > 0 ? LoopsOf(s.Node).Max(e => labels[e].Along) : 0));
            along += depth[l];
            if (l == layers.Count - 1) break;
            var legs = layers[l].SelectMany(s => s.Down).ToList();
            strips[l] = (legs.Where(g => g.LabelUp).Select(g => labels[g.Edge].Along + 4).DefaultIfEmpty(0).Max() + Lead + Tip, legs.Where(g => g.LabelDown).Select(g => labels[g.Edge].Along + 4).DefaultIfEmpty(0).Max() + Lead + Tip);
            var cross = legs.Select(g => Math.Abs(g.UpperAt - g.LowerAt)).DefaultIfEmpty(0).Max();
            along += strips[l].Upper + Math.Clamp(cross / 5, cross < 1 ? 6 : 26, 150) + strips[l].Lower;
        }

        var placed = layers.SelectMany(l => l).Where(s => s.Node >= 0)
            .Select(s => new PlacedNode(picture.Nodes[s.Node], At(s.Start - left, start[s.Layer] + (depth[s.Layer] - nodes[s.Node].Along) / 2, s.Size, nodes[s.Node].Along), nodes[s.Node].Lines, nodes[s.Node].Note)).ToList();
        List<PlacedEdge> edges = [];
        for (var e = 0; e < ends.Length; e++) if (ends[e].From != ends[e].To) edges.Add(Run(e));
        foreach (var slot in layers.SelectMany(l => l)) if (slot.Loops > 0) edges.AddRange(Circle(slot));
        return picture.Rightward ? new(along + Margin, right - left, true, placed, edges) : new(right - left, along + Margin, false, placed, edges);

        PlacedEdge Run(int e)
        {
            List<Curve> course = [];
            PlacedLabel? label = null;
            foreach (var leg in courses[e])
            {
                var (l, upper, lower) = (leg.Upper.Layer, leg.UpperAt - left, leg.LowerAt - left);
                var (from, to) = (start[l] + depth[l], start[l + 1]);
                var (leave, arrive) = (from + strips[l].Upper, to - strips[l].Lower);
                course.Add(new(Point(upper, leg.Upper.Node < 0 ? start[l] : from - (depth[l] - nodes[leg.Upper.Node].Along) / 2), Point(upper, leave)));
                course.Add(new(Point(upper, leave), Point(upper, (leave + arrive) / 2), Point(lower, (leave + arrive) / 2), Point(lower, arrive)));
                course.Add(new(Point(lower, arrive), Point(lower, leg.Lower.Node < 0 ? to : to + (depth[l + 1] - nodes[leg.Lower.Node].Along) / 2)));
                var (text, across, length) = labels[e];
                if (leg.LabelUp) label = new(text!, At(upper - across / 2, from + Tip + 2, across, length));
                if (leg.LabelDown) label = new(text!, At(lower - across / 2, to - Tip - 2 - length, across, length));
            }

            return new(picture.Edges[e], course, ends[e].Backward, label);
        }

        IEnumerable<PlacedEdge> Circle(Slot slot)
        {
            var (side, middle) = (slot.Start + slot.Size - left, start[slot.Layer] + depth[slot.Layer] / 2);
            var own = LoopsOf(slot.Node).ToList();
            for (var i = 0; i < own.Count; i++)
            {
                // One within the other; a cubic curve comes three quarters as far as what it is drawn to.
                var (far, reach) = ((nodes[slot.Node].Along / 2 - 8) * (own.Count - i) / own.Count, side + LoopDepth(own.Count - i) / 0.75);
                var (text, across, length) = labels[own[i]];
                yield return new(picture.Edges[own[i]], [new(Point(side, middle - far), Point(reach, middle - far), Point(reach, middle + far), Point(side, middle + far))],
                    true, text is null ? null : new(text, At(side + LoopDepth(own.Count) + 4, middle - length / 2, across, length)));
            }
        }

        Box At(double across, double along, double wide, double deep) => picture.Rightward ? new(along, across, deep, wide) : new(across, along, wide, deep);
        Spot Point(double across, double along) => picture.Rightward ? new(along, across) : new(across, along);
    }
}
