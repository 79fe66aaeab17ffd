using System.Buffers;
using CsCheck;
using Qijian.Engine.Search;

namespace Qijian.Tests.Engine.Search;

public sealed unsafe class PostingCodecTests
{
    private static readonly Gen<uint[]> Lists =
        Gen.Select(Gen.Int[3, 600], Gen.Int[0, 4].Select(i => new[] { 1u, 3u, 200u, 70_000u, 3_000_000u }[i]), Gen.UInt).Select((n, gap, seed) =>
        {
            Random random = new((int)seed);
            var list = new uint[n];
            uint doc = (uint)random.NextInt64(0, gap);
            for (var i = 0; i < n; i++)
            {
                list[i] = doc;
                doc += 1 + (uint)random.NextInt64(0, gap);
            }
            return list;
        });

    [Fact]
    public void A_list_reads_back_as_it_was_written() => Lists.Sample(list =>
    {
        var bytes = Encode(list);
        var back = new uint[list.Length];
        fixed (byte* pointer = bytes)
            new Postings(PostingCodec.PayloadOfList(0, list.Length), pointer).Decode(back);
        return back.AsSpan().SequenceEqual(list);
    });

    [Fact]
    public void A_cursor_finds_exactly_what_is_in_the_list() => Gen.Select(Lists, Lists).Sample((list, asked) =>
    {
        var bytes = Encode(list);
        var buffer = stackalloc uint[PostingCodec.Block];
        var questions = asked.Concat(list.Where((_, i) => i % 3 == 0)).Distinct().Order().ToArray();
        fixed (byte* pointer = bytes)
        {
            PostingCursor cursor = new(new Postings(PostingCodec.PayloadOfList(0, list.Length), pointer), buffer);
            HashSet<uint> set = [.. list];
            foreach (var doc in questions)
            {
                if (cursor.Contains(doc) != set.Contains(doc))
                    return false;
            }
        }
        return true;
    });

    [Fact]
    public void Blocks_joined_are_the_list() => Lists.Sample(list =>
    {
        var buffer = stackalloc uint[PostingCodec.Block];
        List<uint> back = [];
        fixed (byte* pointer = Encode(list))
        {
            PostingCursor cursor = new(new Postings(PostingCodec.PayloadOfList(0, list.Length), pointer), buffer);
            while (cursor.NextBlock(out var block))
                back.AddRange(block);
        }
        return back.SequenceEqual(list);
    });

    [Fact]
    public void One_and_two_documents_live_in_the_payload()
    {
        Postings two = new(PostingCodec.PayloadOf(5, 0x7FFF_FFFF), null);
        var docs = new uint[2];
        two.Decode(docs);
        Assert.Equal([5u, 0x7FFF_FFFFu], docs);
        Assert.Equal(1, new Postings(PostingCodec.PayloadOf(9), null).Count);
    }

    private static byte[] Encode(uint[] list)
    {
        ArrayBufferWriter<byte> output = new();
        PostingCodec.Encode(list, output);
        return output.WrittenSpan.ToArray();
    }
}
