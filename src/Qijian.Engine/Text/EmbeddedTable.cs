using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Qijian.Engine.Text;

/// <summary>Reads the tables that eng/tables/generate.mjs writes: UTF-8 lines of tab-parted fields, packed with brotli.</summary>
internal static class EmbeddedTable
{
    public static string[] Lines(string name)
    {
        using var packed = typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is not embedded.");
        using BrotliStream unpacked = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(unpacked, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n');
    }

    /// <summary>Undoes the generator's <c>\hex;</c> for characters that cannot be seen.</summary>
    public static string Unescape(ReadOnlySpan<char> field)
    {
        if (!field.Contains('\\')) return field.ToString();
        StringBuilder text = new();
        while (field.IndexOf('\\') is >= 0 and var at)
        {
            var end = field.IndexOf(';');
            text.Append(field[..at]).Append(char.ConvertFromUtf32(int.Parse(field[(at + 1)..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            field = field[(end + 1)..];
        }
        return text.Append(field).ToString();
    }
}
