using System.Text.Json;
using System.Text.Json.Serialization;
using Qijian.Engine.Matching;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Search;

/// <summary>What became of a file of rows. It names rows by number only: they may hold personal data.</summary>
public sealed record MatchReport(long Rows, IReadOnlyDictionary<MatchBand, long> Best, long WithoutCandidate, long Unreadable, double Seconds);

/// <summary>Matches the rows of a file and writes one line a candidate; a row without one has a line too.</summary>
internal sealed class MatchFile(MatchCompanies match, TimeProvider clock)
{
    // Beside the headers that imports know.
    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        ["code"] = "code", ["代码"] = "code", ["企业代码"] = "code", ["region"] = "region", ["地区"] = "region", ["区域"] = "region", ["所在地"] = "region", ["person"] = "legalRepresentative", ["人员"] = "legalRepresentative", ["法定代表人姓名"] = "legalRepresentative", ["公司"] = "name", ["企业"] = "name", ["company"] = "name",
    };

    /// <summary>Reads to the end of the table. <paramref name="unreadable"/> hears of each row that cannot be read, by its number.</summary>
    public async Task<MatchReport> RunAsync(TableFile table, IMatchLines to, int limit, Action<long, double> progress, Action<long, string> unreadable, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        Dictionary<MatchBand, long> best = Enum.GetValues<MatchBand>().OrderDescending().ToDictionary(b => b, _ => 0L);
        long rows = 0, none = 0, problems = 0;
        foreach (var row in table.Read(Headers, "name"))
        {
            rows++;
            var asked = AskedOf(row.Values);
            var answer = row.Problem is { } problem ? new MatchedRowJson([], problem) : await MatchEndpoint.MatchRowAsync(match, asked, limit, ct);
            await to.WriteAsync(row.Number, asked, answer, ct);
            if (answer.Error is { } error)
            {
                problems++;
                unreadable(row.Number, error);
            }
            else if (answer.Candidates is [var first, ..])
            {
                best[first.Band]++;
            }
            else
            {
                none++;
            }

            progress(rows, table.Share);
        }

        return new(rows, best, none, problems, clock.GetElapsedTime(started).TotalSeconds);
    }

    private static MatchRowJson AskedOf(IReadOnlyDictionary<string, string> values)
    {
        return new()
        {
            Name = Value("name"), Code = Value("code") ?? Value("creditCode") ?? Value("organizationCode") ?? Value("registrationNumber") ?? Value("lei"),
            Region = Value("region") ?? (string.Concat(Value("province"), Value("city"), Value("district")) is { Length: > 0 } region ? region : null), Address = Value("address"), Person = Value("legalRepresentative"),
        };

        string? Value(string column) => values.GetValueOrDefault(column);
    }
}

/// <summary>Where matched rows are written.</summary>
internal interface IMatchLines : IAsyncDisposable
{
    /// <summary>Writes one row's candidates, each on a line of its own.</summary>
    Task WriteAsync(long number, MatchRowJson asked, MatchedRowJson answer, CancellationToken ct);
}

/// <summary>Lines of CSV.</summary>
internal sealed class MatchCsv(Stream to) : IMatchLines
{
    private readonly CsvLines csv = new(to);
    private bool begun;

    public async Task WriteAsync(long number, MatchRowJson asked, MatchedRowJson answer, CancellationToken ct)
    {
        if (!begun) await csv.WriteAsync(Text.MatchColumns.Split('|'));
        begun = true;
        var row = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (answer.Candidates.Count == 0) await csv.WriteAsync([row, asked.Name, "", "", "", "", "", "", "", answer.Error]);
        for (var i = 0; i < answer.Candidates.Count; i++)
        {
            var c = answer.Candidates[i];
            await csv.WriteAsync([row, asked.Name, $"{i + 1}", c.Id, c.Name, c.CreditCode, $"{c.Score}", c.Band.ToString(), string.Join("; ", c.Reasons.Select(r => r.Text)), ""]);
        }
    }

    public ValueTask DisposeAsync() => csv.DisposeAsync();
}

/// <summary>JSON, one object a line.</summary>
internal sealed class MatchJsonLines(Stream to) : IMatchLines
{
    private static readonly JsonSerializerOptions Json = new(ResultsFile.Json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public async Task WriteAsync(long number, MatchRowJson asked, MatchedRowJson answer, CancellationToken ct)
    {
        if (answer.Candidates.Count == 0) await LineAsync(new { row = number, input = asked, error = answer.Error }, ct);
        for (var i = 0; i < answer.Candidates.Count; i++)
        {
            var c = answer.Candidates[i];
            await LineAsync(new { row = number, input = asked, rank = i + 1, c.Id, c.Name, c.CreditCode, c.Score, c.Band, c.Reasons }, ct);
        }
    }

    public async ValueTask DisposeAsync() => await to.FlushAsync();

    private async Task LineAsync<T>(T line, CancellationToken ct)
    {
        await JsonSerializer.SerializeAsync(to, line, Json, ct);
        await to.WriteAsync("\n"u8.ToArray(), ct);
    }
}
