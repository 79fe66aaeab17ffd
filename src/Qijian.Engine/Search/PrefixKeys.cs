namespace Qijian.Engine.Search;

/// <summary>Sorted key tables; 15 is the table of exact keys.</summary>
internal enum KeyTable : byte
{
    /// <summary>The name.</summary>
    Name = 0,

    /// <summary>The name from its brand on, where it begins with a place.</summary>
    Brand = 1,

    /// <summary>Pinyin of the name; one entry a document, which makes it the order of names too.</summary>
    Pinyin = 2,

    BrandPinyin = 3,

    Initials = 4,

    BrandInitials = 5,

    /// <summary>Former and other names.</summary>
    OtherName = 6,

    /// <summary>Former and other names in Latin letters, twelve to a key.</summary>
    OtherLatin = 7,

    Person = 8,

    /// <summary>Credit code, registration number, LEI, ticker.</summary>
    Code = 9,

    /// <summary>Pinyin of former and other names that are not in Latin letters.</summary>
    OtherPinyin = 10,

    /// <summary>Initials of the same.</summary>
    OtherInitials = 11,

    /// <summary>Hashes of whole values, see <see cref="ExactKind"/>.</summary>
    Exact = 15,
}

/// <summary>Eight-byte keys whose order is the order of the texts they begin.</summary>
internal static class PrefixKeys
{
    /// <summary>Tables 0 … Count-1 are prefix tables.</summary>
    public const int Count = 12;

    public const int WideLength = 4;

    public const int LatinLength = 12;

    public static bool IsLatin(KeyTable table) => table is KeyTable.Pinyin or KeyTable.BrandPinyin or KeyTable.Initials
        or KeyTable.BrandInitials or KeyTable.OtherLatin or KeyTable.Code or KeyTable.OtherPinyin or KeyTable.OtherInitials;

    /// <summary>Whether a document has at most one entry, so that its second key can be found from the stored document.</summary>
    public static bool IsSingle(KeyTable table) => table <= KeyTable.BrandInitials;

    public static int Length(KeyTable table) => IsLatin(table) ? LatinLength : WideLength;

    /// <summary>The keys of characters [0, n) and [n, 2n), n = <see cref="Length"/>.</summary>
    public static (ulong First, ulong Second) Of(KeyTable table, ReadOnlySpan<char> text)
    {
        var n = Length(table);
        return (One(table, text), One(table, text.Length > n ? text[n..] : default));
    }

    /// <summary>Keys at and above Low and at most High begin with the text (of at most <see cref="Length"/> characters; more are ignored).</summary>
    public static (ulong Low, ulong High) Range(KeyTable table, ReadOnlySpan<char> text)
    {
        var n = Length(table);
        if (text.Length > n)
            text = text[..n];
        var low = One(table, text);
        if (text.IsEmpty)
            return (0, ulong.MaxValue);
        if (!IsLatin(table))
            return (low, low | (text.Length >= n ? 0 : ulong.MaxValue >> (16 * text.Length)));
        ulong width = 1;
        for (var i = text.Length; i < n; i++)
            width *= 37;
        return (low, low + width - 1);
    }

    private static ulong One(KeyTable table, ReadOnlySpan<char> text)
    {
        ulong key = 0;
        if (IsLatin(table))
        {
            for (var i = 0; i < LatinLength; i++)
                key = (key * 37) + (i < text.Length ? Code(text[i]) : 0);
            return key;
        }
        for (var i = 0; i < WideLength; i++)
            key = (key << 16) | (i < text.Length ? text[i] : (ulong)0);
        return key;
    }

    private static ulong Code(char c) => c is >= '0' and <= '9' ? (ulong)(c - '0' + 1) : c is >= 'a' and <= 'z' ? (ulong)(c - 'a' + 11) : 36;
}

/// <summary>A minimum tree of 64 children over the documents of a sorted key table: the k smallest of any range without reading the rest.</summary>
/// <remarks>Levels above the documents lie one after another, lowest first; each entry is the minimum of 64 below it.</remarks>
internal static unsafe class MinTree
{
    public static uint[][] Build(ReadOnlySpan<uint> docs)
    {
        List<uint[]> levels = [];
        var below = docs;
        while (below.Length > 64)
        {
            var level = new uint[(below.Length + 63) / 64];
            for (var i = 0; i < level.Length; i++)
                level[i] = Min(below.Slice(i * 64, Math.Min(64, below.Length - (i * 64))));
            levels.Add(level);
            below = level;
        }
        return [.. levels];
    }

    /// <summary>Smallest of a span, vectorised; 0xFFFFFFFF of an empty one.</summary>
    public static uint Min(ReadOnlySpan<uint> values)
    {
        var min = uint.MaxValue;
        var i = 0;
        if (System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated && values.Length >= 8)
        {
            var all = System.Runtime.Intrinsics.Vector256.Create(uint.MaxValue);
            for (; i <= values.Length - 8; i += 8)
                all = System.Runtime.Intrinsics.Vector256.Min(all, System.Runtime.Intrinsics.Vector256.Create(values.Slice(i, 8)));
            for (var j = 0; j < 8; j++)
                min = Math.Min(min, all[j]);
        }
        for (; i < values.Length; i++)
            min = Math.Min(min, values[i]);
        return min;
    }

    /// <summary>Where the smallest document of [from, to) is, from &lt; to. O(64 log64 n).</summary>
    public static int IndexOfMin(uint* docs, uint* tree, int count, int from, int to)
    {
        var best = uint.MaxValue;
        int bestLevel = 0, bestAt = from;
        var level = 0;
        var values = docs;
        int lo = from, hi = to, size = count;
        var levelStart = stackalloc int[8];
        var treeAt = 0;
        while (true)
        {
            // Edges that do not fill a parent are read here, the middle one level up.
            int innerLo = (lo + 63) >> 6, innerHi = hi >> 6;
            if (innerLo >= innerHi || size <= 64)
            {
                Take(values, lo, hi, level, ref best, ref bestLevel, ref bestAt);
                break;
            }
            Take(values, lo, innerLo << 6, level, ref best, ref bestLevel, ref bestAt);
            Take(values, innerHi << 6, hi, level, ref best, ref bestLevel, ref bestAt);
            values = tree + treeAt;
            size = (size + 63) >> 6;
            level++;
            levelStart[level] = treeAt;
            treeAt += size;
            lo = innerLo;
            hi = innerHi;
        }
        while (bestLevel > 0)
        {
            var start = bestAt << 6;
            bestLevel--;
            var below = bestLevel == 0 ? docs : tree + levelStart[bestLevel];
            bestAt = start + new ReadOnlySpan<uint>(below + start, Math.Min(64, LevelSize(count, bestLevel) - start)).IndexOf(best);
        }
        return bestAt;
    }

    private static int LevelSize(int count, int level)
    {
        for (; level > 0; level--)
            count = (count + 63) >> 6;
        return count;
    }

    private static void Take(uint* values, int from, int to, int level, ref uint best, ref int bestLevel, ref int bestAt)
    {
        if (from >= to)
            return;
        var min = Min(new ReadOnlySpan<uint>(values + from, to - from));
        if (min < best)
        {
            best = min;
            bestLevel = level;
            bestAt = from + new ReadOnlySpan<uint>(values + from, to - from).IndexOf(min);
        }
    }
}

/// <summary>Yields the documents of a range of a key table in rising order. Allocation-free after warm-up; not thread-safe.</summary>
internal sealed unsafe class RangeWalk
{
    private readonly List<(uint Doc, int At, int From, int To)> heap = [];
    private uint* docs, tree;
    private int count;

    public void Start(uint* docs, uint* tree, int count, int from, int to)
    {
        this.docs = docs;
        this.tree = tree;
        this.count = count;
        heap.Clear();
        Push(from, to);
    }

    /// <summary>The next document; one with two entries comes twice. O(64 log64 n).</summary>
    public bool Next(out uint doc)
    {
        if (heap.Count == 0)
        {
            doc = 0;
            return false;
        }
        var top = heap[0];
        var last = heap[^1];
        heap.RemoveAt(heap.Count - 1);
        if (heap.Count > 0)
        {
            var i = 0;
            while (true)
            {
                var child = (2 * i) + 1;
                if (child >= heap.Count)
                    break;
                if (child + 1 < heap.Count && heap[child + 1].Doc < heap[child].Doc)
                    child++;
                if (heap[child].Doc >= last.Doc)
                    break;
                heap[i] = heap[child];
                i = child;
            }
            heap[i] = last;
        }
        Push(top.From, top.At);
        Push(top.At + 1, top.To);
        doc = top.Doc;
        return true;
    }

    private void Push(int from, int to)
    {
        if (from >= to)
            return;
        var at = MinTree.IndexOfMin(docs, tree, count, from, to);
        var entry = (Doc: docs[at], at, from, to);
        heap.Add(entry);
        var i = heap.Count - 1;
        while (i > 0)
        {
            var parent = (i - 1) / 2;
            if (heap[parent].Doc <= entry.Doc)
                break;
            heap[i] = heap[parent];
            i = parent;
        }
        heap[i] = entry;
    }
}
