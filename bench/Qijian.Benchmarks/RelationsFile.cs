using System.IO.Compression;
using System.Text.Json;

namespace Qijian.Benchmarks;

/// <summary>
/// An import file of the register's real names with invented relations of a fixed seed: one to three owners a company, a quarter of them companies that come before it
/// (half of those near it, half drawn towards the first, which become hubs), the others persons, and three offices.
/// </summary>
internal static class RelationsFile
{
    public static int Write(string[] args)
    {
        if (TestData.Missing(TestData.RegisterFile, TestData.FullFile) is { } missing)
        {
            Console.Error.WriteLine($"{missing} is not there: set QIJIAN_TESTDATA");
            return 2;
        }

        var people = TestData.Full().Select(f => f.Person).Where(p => p.Length is > 1 and < 5).Distinct(StringComparer.Ordinal).ToArray();
        Random random = new(20261126);
        List<(string Name, string Code)> before = [];
        using var file = File.Create(args[1]);
        using GZipStream packed = new(file, CompressionLevel.Fastest);
        foreach (var row in TestData.Register())
        {
            using (Utf8JsonWriter json = new(packed))
            {
                json.WriteStartObject();
                json.WriteString("name", row.Name);
                json.WriteString("creditCode", row.Code);
                json.WriteStartArray("owners");
                var left = 100;
                for (var owners = random.Next(1, 4); owners > 0; owners--)
                {
                    var share = owners == 1 ? left : random.Next(1, left - owners);
                    left -= share;
                    json.WriteStartObject();
                    if (before.Count > 0 && random.Next(4) == 0)
                    {
                        var (name, code) = before[random.Next(2) == 0 ? Math.Max(0, before.Count - 1 - random.Next(200)) : (int)(before.Count * Math.Pow(random.NextDouble(), 4))];
                        json.WriteString("type", "company");
                        json.WriteString("name", name);
                        json.WriteString("creditCode", code);
                    }
                    else
                    {
                        json.WriteString("type", "person");
                        json.WriteString("name", people[random.Next(people.Length)]);
                    }

                    json.WriteNumber("percent", share);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteStartArray("officers");
                foreach (var role in (string[])["法定代表人", "董事", "监事"])
                {
                    json.WriteStartObject();
                    json.WriteString("type", "person");
                    json.WriteString("name", people[random.Next(people.Length)]);
                    json.WriteString("role", role);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            packed.WriteByte((byte)'\n');
            before.Add((row.Name, row.Code));
        }

        return 0;
    }
}
