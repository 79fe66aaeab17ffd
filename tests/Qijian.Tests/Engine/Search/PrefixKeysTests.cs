using CsCheck;
using Qijian.Engine.Search;

namespace Qijian.Tests.Engine.Search;

public sealed unsafe class PrefixKeysTests
{
    [Fact]
    public void The_walk_yields_the_documents_of_a_range_in_rising_order() =>
        Gen.Select(Gen.UInt[0, 100_000].Array[1, 9000], Gen.Int[0, 9000], Gen.Int[0, 9000]).Sample((docs, a, b) =>
        {
            var from = Math.Min(a, b) % docs.Length;
            var to = Math.Max(from, Math.Min(docs.Length, Math.Max(a, b)));
            var tree = MinTree.Build(docs).SelectMany(l => l).ToArray();
            RangeWalk walk = new();
            List<uint> found = [];
            fixed (uint* d = docs, t = tree)
            {
                walk.Start(d, t, docs.Length, from, to);
                while (found.Count < 40 && walk.Next(out var doc))
                    found.Add(doc);
            }
            return found.SequenceEqual(docs[from..to].Order().Take(40));
        }, iter: 300);

    [Theory]
    [InlineData((int)KeyTable.Pinyin)]
    [InlineData((int)KeyTable.Name)]
    public void A_key_is_in_the_range_of_a_text_exactly_when_it_begins_with_it(int number)
    {
        var table = (KeyTable)number;
        var letters = PrefixKeys.IsLatin(table) ? Gen.Char["az09m"] : Gen.Char["中国az\u9FFF\uFFFF"];
        Gen.Select(letters.Array[0, 14], letters.Array[1, 14]).Sample((x, y) =>
        {
            var text = new string(x);
            var prefix = new string(y.AsSpan(0, Math.Min(y.Length, PrefixKeys.Length(table))));
            var (low, high) = PrefixKeys.Range(table, prefix);
            var key = PrefixKeys.Of(table, text).First;
            return (key >= low && key <= high) == text.StartsWith(prefix, StringComparison.Ordinal);
        });
    }
}
