using Qijian.Engine.Identifiers;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>The operator's table of former divisions, <c>regions.tsv</c> in the data folder (docs/regions.md); none where there is no such file.</summary>
internal sealed class FormerDivisions
{
    public FormerDivisions(DataFolder folder)
    {
        var path = folder.File("regions.tsv");
        if (!File.Exists(path)) return;
        try
        {
            using var reader = File.OpenText(path);
            Table = HistoricalRegions.Load(reader);
        }
        catch (FormatException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}");
        }
    }

    public HistoricalRegions? Table { get; }
}
