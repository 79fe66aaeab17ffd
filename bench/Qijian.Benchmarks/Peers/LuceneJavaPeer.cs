namespace Qijian.Benchmarks.Peers;
internal sealed class LuceneJavaPeer : IPeer
{
    public string Name => "lucene";
    public string? Missing => "later";
    public string Remark => "";
    public TimeSpan Cpu => default;
    public int ProcessId => 0;
    public long Bytes => 0;
    public void Build(PeerData data, string folder) { }
    public PeerAnswer Ask(PeerQuery query) => null!;
    public void Dispose() { }
}
