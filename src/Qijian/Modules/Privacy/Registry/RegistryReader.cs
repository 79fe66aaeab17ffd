using System.Collections.Concurrent;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Qijian.Modules.Privacy;

/// <summary>Something that a registry file must not say, where it says it, and what to write instead.</summary>
internal sealed record RegistryError(string File, int Line, string Problem, string Remedy)
{
    /// <summary>In the form that build tools read: file(line): error code: text.</summary>
    public override string ToString() => $"{File}({Line}): error QJP1: {Problem} {Remedy}";
}

/// <summary>Reads registry files: YAML lists whose entries are checked name by name. Nothing is skipped silently.</summary>
internal sealed class RegistryReader
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance).WithEnumNamingConvention(UnderscoredNamingConvention.Instance)
        .WithTypeConverter(new Scalars<Period>("a duration such as P6M, P30D, PT10M or P15WD")).WithTypeConverter(new Scalars<DateOnly>("a day such as 2026-12-01")).WithDuplicateKeyChecking().Build();

    public List<RegistryError> Errors { get; } = [];

    /// <summary>The entries of one file; what is wrong goes to <see cref="Errors"/>, with the line.</summary>
    public IReadOnlyList<T> Read<T>(string file, string text) where T : Entry
    {
        // A start reads the same texts several times, a run of the probes hundreds of times.
        if (Known<T>.Files.Count > 64) Known<T>.Files.Clear();
        var (entries, errors) = Known<T>.Files.GetOrAdd((file, text), static of => Parse<T>(of.File, of.Text));
        Errors.AddRange(errors);
        return entries;
    }

    private static (IReadOnlyList<T> Entries, IReadOnlyList<RegistryError> Errors) Parse<T>(string file, string text) where T : Entry
    {
        List<T> entries = [];
        List<RegistryError> errors = [];
        try
        {
            Parser parser = new(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return (entries, errors);
            parser.Consume<DocumentStart>();
            if (parser.TryConsume<YamlScalar>(out _)) return (entries, errors); // a file of comments only
            parser.Consume<SequenceStart>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                var line = (int)parser.Current!.Start.Line;
                if (Yaml.Deserialize<T?>(parser) is { } entry)
                {
                    (entry.File, entry.Line) = (file, line);
                    entries.Add(entry);
                }
                else
                {
                    errors.Add(new(file, line, "空条目 / an empty entry.", Remedies.Form));
                }
            }
        }
        catch (YamlException e)
        {
            var cause = e.InnerException?.InnerException ?? e.InnerException;
            errors.Add(new(file, (int)e.Start.Line, cause is null or YamlException ? e.Message : cause.Message, Remedies.Form));
        }

        return (entries, errors);
    }

    private static class Known<T> where T : Entry
    {
        public static readonly ConcurrentDictionary<(string File, string Text), (IReadOnlyList<T> Entries, IReadOnlyList<RegistryError> Errors)> Files = [];
    }

    // Values that are written as one word, and null where there is none.
    private sealed class Scalars<T>(string form) : IYamlTypeConverter where T : struct, IParsable<T>
    {
        public bool Accepts(Type type) => type == typeof(T) || type == typeof(T?);

        public object? ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer)
        {
            var scalar = parser.Consume<YamlScalar>();
            if (scalar.Value is "" or "null" or "~" && type == typeof(T?)) return null;
            return T.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var value) ? value : throw new YamlException(scalar.Start, scalar.End, $"“{scalar.Value}” is not {form}.");
        }

        public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => throw new NotSupportedException();
    }
}

/// <summary>What to do about an error of the registry, in both languages: these are read at a build or a start, where there is no reader's language.</summary>
internal static class Remedies
{
    public const string Form = "请按同一文件中其他条目的写法修改 / write it like the other entries of the file.";
}
