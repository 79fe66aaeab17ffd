using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

internal sealed class KeyOptions
{
    public const string Section = "Keys";

    /// <summary>Where the key store is: <c>keys</c> in the data folder unless this names another folder.</summary>
    public string? Folder { get; init; }

    public string PathIn(DataFolder data) => Path.GetFullPath(string.IsNullOrWhiteSpace(Folder) ? Path.Combine(data.Path, "keys") : Folder);
}
