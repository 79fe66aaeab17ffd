using Qijian.Engine.Search;

namespace Qijian.Benchmarks.Peers;

/// <summary>Our index, built to a file and mapped.</summary>
/// <param name="plain">Asks as people type, over every field; else the field is named, as the others search only that one.</param>
internal sealed class EmbeddedPeer(bool plain) : IPeer
{
    private static readonly SearchColumn[] Facets = [SearchColumn.Province, SearchColumn.Industry, SearchColumn.Status, SearchColumn.CapitalBand];
    private SearchIndex? index;
    private bool fields;

    public string Name => "qijian";

    public string? Missing => null;

    public string Remark => "answers with names, why each was found and what of it to mark, the others with numbers; facets of a filtered column are counted without its own filter: more than the others do";

    public TimeSpan Cpu => PeerRun.CpuOfThread();

    public int ProcessId => Environment.ProcessId;

    public long Bytes { get; private set; }

    public void Build(PeerData data, string folder)
    {
        var path = Path.Combine(folder, "peers.index");
        using (var builder = SearchIndexBuilder.WithTemporaryFolder(folder))
        {
            foreach (var d in data.Documents(cut: false))
            {
                builder.Add(new SearchDocument
                {
                    Number = d.Number, Id = d.Code, CreditCode = d.Code, Name = d.Name, People = d.Person.Length > 0 ? [d.Person] : [], Scope = d.Scope,
                    Province = d.Province, Industry = d.Industry, Status = d.Status, CapitalFen = d.CapitalFen, Importance = (uint)(data.Count - d.Number),
                });
            }
            builder.Save(path, 1, TimeProvider.System.GetUtcNow());
        }
        Bytes = new FileInfo(path).Length;
        index = SearchIndex.Open(path).Index;
        fields = !plain && index!.Current.Search(new SearchQuery { Text = "name:公司" }).Total > data.Count / 10;
    }

    public PeerAnswer Ask(PeerQuery query)
    {
        if (query.Kind is PeerKind.Prefix or PeerKind.Initials)
            return new PeerAnswer([.. index!.Current.Suggest(query.Text, 10).Select(s => s.Number)], -1);
        var result = index!.Current.Search(new SearchQuery
        {
            Text = TextOf(query),
            Limit = 10,
            Filters = query.Kind switch
            {
                PeerKind.Narrow => [new SearchFilter(SearchColumn.Province, [query.Province]), new SearchFilter(SearchColumn.Status, [PeerQuery.Status])],
                PeerKind.Broad => [new SearchFilter(SearchColumn.Status, [PeerQuery.Status]), new SearchFilter(SearchColumn.CapitalBand, [.. Enumerable.Range((int)query.Band, (int)(query.LastBand - query.Band + 1)).Select(b => (uint)b)])],
                _ => [],
            },
            Facets = query.Faceted ? Facets : [],
        });
        return new PeerAnswer([.. result.Hits.Select(h => h.Number)], result.Total,
            query.Faceted ? result.Facets.First(f => f.Column == SearchColumn.Industry).Values.Sum(v => (long)v.Value * v.Count) : 0);
    }

    private string TextOf(PeerQuery query) => !fields ? query.Text : query.Kind switch
    {
        PeerKind.TwoCharacters or PeerKind.Narrow or PeerKind.Broad or PeerKind.FullName => $"name:{query.Text}",
        PeerKind.Person => $"person:{query.Text}",
        PeerKind.Scope => string.Join(' ', query.Text.Split(' ').Select(w => $"scope:{w}")),
        _ => query.Text,
    };

    public void Dispose() => index?.Dispose();
}
