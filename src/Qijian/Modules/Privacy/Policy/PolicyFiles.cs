using System.Globalization;
using Qijian.Platform.Data;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Qijian.Modules.Privacy;

/// <summary>A version as its author hands it in.</summary>
internal sealed record PolicyDraft(int Number, PolicyContent Content, ChangeClass Change, DateTimeOffset EffectiveFrom, string ApprovedBy);

/// <summary>The files of policy/versions/N.</summary>
internal static class PolicyFiles
{
    public const string Chinese = "policy.zh-CN.md", English = "policy.en.md", Bindings = "bindings.yaml", Version = "version.yaml";

    /// <summary>The numbers that the folder holds, the oldest first.</summary>
    public static IReadOnlyList<int> Numbers(this PolicyFolder folder) =>
        [.. Directory.GetDirectories(Path.Combine(folder.Path, "versions")).Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var number) ? number : 0).Where(n => n > 0).Order()];

    /// <summary>Reads a version. The registry is the folder's own, which is that of the newest.</summary>
    public static PolicyDraft Draft(this PolicyFolder folder, int number)
    {
        var about = About(folder, number);
        return new(number, new(folder.Read(number, Chinese), folder.Read(number, English), folder.Read(number, Bindings), [.. Promised(folder.RegistryFiles)], about.Zh, about.En), about.Change, ChinaTime.Midnight(about.EffectiveFrom), about.ApprovedBy);
    }

    /// <summary>The files that a version publishes. Which fields the program has is the census, and no promise to anybody: it changes with the code.</summary>
    public static IEnumerable<RegistryFile> Promised(IEnumerable<RegistryFile> registry) => registry.Where(f => f.Name is not "fields.yaml");

    private static VersionFile About(PolicyFolder folder, int number)
    {
        try
        {
            var about = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithEnumNamingConvention(UnderscoredNamingConvention.Instance).WithTypeConverter(new DayConverter()).Build().Deserialize<VersionFile>(folder.Read(number, Version));
            if (about.Number == number && about is { ApprovedBy.Length: > 0, Zh.Length: > 0, En.Length: > 0 }) return about;
            throw new ConfigurationException($"policy/versions/{number}/{Version}：number 应为 {number}，approved_by、zh、en 须填写。\npolicy/versions/{number}/{Version}: number must be {number}; approved_by, zh and en must be there.");
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"policy/versions/{number}/{Version}({e.Start.Line}): {e.InnerException?.Message ?? e.Message}");
        }
    }

    private sealed class VersionFile
    {
        public int Number { get; init; }
        public DateOnly EffectiveFrom { get; init; }
        public string ApprovedBy { get; init; } = "";
        public string Zh { get; init; } = "";
        public string En { get; init; } = "";
        public ChangeClass Change { get; init; } = ChangeClass.Clarified;
        public List<string> Changes { get; init; } = [];
    }

    private sealed class DayConverter : IYamlTypeConverter
    {
        public bool Accepts(Type type) => type == typeof(DateOnly);

        public object ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer) => DateOnly.ParseExact(parser.Consume<YamlDotNet.Core.Events.Scalar>().Value, "yyyy-MM-dd", CultureInfo.InvariantCulture);

        public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => throw new NotSupportedException();
    }
}
