using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>What is to be imported, and as what.</summary>
/// <param name="Format">One of <see cref="ImportFile.Formats"/>; null to recognise it by the header or the first lines.</param>
/// <param name="RetrievedAt">When the snapshot was taken; null for now.</param>
internal sealed record ImportRequest(string Path, string? Format, string? Mapping, string? Dataset, DateTimeOffset? RetrievedAt)
{
    public bool Fictional { get; init; }
}

/// <summary>How an import went: the JSON that <c>import --json</c> prints.</summary>
public sealed record ImportReport(long Read, long Added, long Changed, long Unchanged, long Rejected, string? RejectedFile, double Seconds)
{
    /// <summary>Columns of the file that no fact is taken from.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>Records without an identifier that joined the one body of their name.</summary>
    public long JoinedByName { get; init; }

    /// <summary>Whether the run went on where an earlier one was cut off.</summary>
    public bool Resumed { get; init; }

    /// <summary>Whether this very file had been imported before.</summary>
    public bool AlreadyImported { get; init; }
}

/// <summary>How far an import is.</summary>
internal readonly record struct ImportProgress(string Stage, long Rows, long Rejected, double Share);

/// <summary>Hears of the end of an import, before it is reported done: the search index is saved by one.</summary>
public interface IImportFollower
{
    /// <summary>Brings what is derived from the registry up to date.</summary>
    Task ImportedAsync(Action<string, double> progress, CancellationToken ct);
}

/// <summary>Imports one file, from where an earlier run over it was cut off.</summary>
internal sealed class ImportFile(AppDb db, BulkLoader bulk, DataFolder folder, IEnumerable<IImportFollower> followers, TimeProvider clock)
{
    // Large enough that a transaction's fixed cost is lost in it, small enough that a killed run repeats little and that
    // the three batches in flight stay small, whatever the rows hold.
    internal const int BatchRows = 25_000;
    internal const int BatchBytes = 16 << 20;

    internal static readonly string[] Formats = ["qijian", "lei", "lei-rr", "bods", "ftm", "ch-company", "ch-psc", "branches"];

    public async Task<ImportReport> RunAsync(ImportRequest request, Action<ImportProgress> progress, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        using var alone = Lock(folder);
        var mapping = ColumnMapping.Load(request.Mapping);
        using var file = SourceFile.Open(request.Path);
        var format = request.Format ?? FormatOf(file);
        if (!Formats.Contains(format, StringComparer.Ordinal)) throw new ImportException(Text.ImportFormat.With(format, string.Join(", ", Formats)));
        var dataset = await DatasetAsync(request.Dataset ?? (format.StartsWith("lei", StringComparison.Ordinal) ? "lei" : DatasetNameOf(request.Path)), format is "branches" ? Basis.Derived : Basis.Filed, request.Fictional, ct);
        var fingerprint = await SourceFile.FingerprintAsync(request.Path, $"{format}\n{Headers.Version}\n{mapping.Source}", ct);
        var earlier = await db.Imports.Where(i => i.DatasetId == dataset.Id && i.Fingerprint == fingerprint).OrderBy(i => i.Id).LastOrDefaultAsync(ct);
        if (earlier is { FinishedAt: not null })
        {
            await FollowAsync(earlier, progress, ct); // the earlier run may have been cut off just before
            return new(earlier.Read, 0, 0, earlier.Read - earlier.Rejected, earlier.Rejected, RejectedRows.Existing(folder, earlier), clock.GetElapsedTime(started).TotalSeconds) { AlreadyImported = true };
        }

        if (!request.Fictional) await RemoveSampleAsync(ct);
        var import = earlier ?? await BeginAsync(dataset, request, fingerprint, ct);
        var resumed = import.Read > 0;
        HashSet<string> ignored = new(StringComparer.Ordinal);
        using var parties = PartiesOf(request.Path, format, dataset.Name, (row, share) => progress(new(Text.StageParties, row, 0, share)), ct);
        var rows = format switch
        {
            "bods" => BodsRows.Read(file, parties!, import.Read, dataset.Name),
            "ftm" => FtmRows.Read(file, parties!, import.Read, dataset.Name, ignored),
            "ch-company" => CompaniesHouseRows.ReadCompanies(file, import.Read, ignored),
            "ch-psc" => CompaniesHouseRows.ReadControl(file, import.Read, ignored),
            "branches" => BranchRows.Read(file, import.Read),
            "lei" => LeiRows.ReadEntities(file, import.Read, ignored),
            "lei-rr" => LeiRows.ReadRelationships(file, import.Read, ignored),
            _ => RegisterRows.Read(file, mapping, import.Read, ignored),
        };
        using RejectedRows rejected = new(folder, import);
        int joined;
        await using (await BulkConnection.OpenAsync(db, ct))
        {
            RecordWriter writer = new(db, bulk, dataset, import);
            await writer.OpenAsync(ct);
            await ForEachBatchAsync(rows.UntilCutOff(file), async batch =>
            {
                await WriteAsync(writer, rejected, import, batch, ct);
                progress(new(Text.StageRows, import.Read, import.Rejected, (double)file.BytesRead / Math.Max(1, file.Length)));
            }, ct);

            progress(new(Text.StageJoin, import.Read, import.Rejected, 1));
            joined = await FinishAsync(writer, import, ct);
        }

        await FollowAsync(import, progress, ct);
        return new(import.Read, import.Added, import.Changed, import.Unchanged, import.Rejected, rejected.Path, clock.GetElapsedTime(started).TotalSeconds)
        {
            IgnoredColumns = [.. ignored], JoinedByName = joined, Resumed = resumed,
        };
    }

    // A first pass where a relation may come before its parties.
    private PartyIndex? PartiesOf(string path, string format, string dataset, Action<long, double> progress, CancellationToken ct) => format switch
    {
        "bods" => PartyIndex.Of(path, folder, (index, json, row) => BodsRows.Note(index, json, row, dataset), progress, ct),
        "ftm" => PartyIndex.Of(path, folder, (index, json, _) => FtmRows.Note(index, json, dataset), progress, ct),
        _ => null,
    };

    private static string FormatOf(SourceFile file) =>
        BodsRows.Recognises(file.Start) ? "bods" : FtmRows.Recognises(file.Start) ? "ftm" : CompaniesHouseRows.Recognises(file.Start) ? "ch-psc"
        : HeaderOf(file) is var header && CompaniesHouseRows.IsCompanyHeader(header) ? "ch-company" : BranchRows.IsHeader(header) ? "branches" : LeiRows.FormatOf(header) ?? "qijian";

    private async Task FollowAsync(Import import, Action<ImportProgress> progress, CancellationToken ct)
    {
        foreach (var follower in followers) await follower.ImportedAsync((stage, share) => progress(new(stage, import.Read, import.Rejected, share)), ct);
    }

    /// <summary>Removes the fictional sample: facts and fiction never stand side by side. Its pages answer "gone".</summary>
    private async Task RemoveSampleAsync(CancellationToken ct)
    {
        if (!await db.Datasets.AnyAsync(d => d.Fictional, ct)) return;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var companies = await db.Companies.Select(c => new { c.Number, c.Id }).ToListAsync(ct);
        var sequence = await db.CompanyChanges.MaxAsync(c => c.Sequence, ct) + 1;
        db.Add(new CompanyChange { Sequence = sequence, Companies = [.. companies.SelectMany(c => BitConverter.GetBytes(c.Number))] });
        var people = await db.People.Select(p => p.Id).ToListAsync(ct);
        await db.Relations.ExecuteDeleteAsync(ct);
        await db.People.ExecuteDeleteAsync(ct);
        await db.SourceRecords.ExecuteDeleteAsync(ct);
        await db.Companies.ExecuteDeleteAsync(ct);
        await db.Imports.Where(i => db.Datasets.Any(d => d.Fictional && d.Id == i.DatasetId)).ExecuteDeleteAsync(ct);
        await db.Datasets.Where(d => d.Fictional).ExecuteDeleteAsync(ct);
        await db.RetiredIds.ExecuteDeleteAsync(ct);
        await bulk.ReplaceAsync(db, [.. companies.Select(c => c.Id).Concat(people).Select(id => new RetiredId { Id = id })], ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private async Task<Import> BeginAsync(Dataset dataset, ImportRequest request, string fingerprint, CancellationToken ct)
    {
        var retrieved = request.RetrievedAt ?? clock.GetUtcNow();
        var newest = await db.Imports.Where(i => i.DatasetId == dataset.Id).OrderByDescending(i => i.RetrievedAt).FirstOrDefaultAsync(ct);
        if (newest is not null && newest.RetrievedAt > retrieved)
            throw new ImportException(Text.ImportOlder.With(dataset.Name, newest.RetrievedAt.ToString("yyyy-MM-dd", null), retrieved.ToString("yyyy-MM-dd", null)));
        Import import = new() { DatasetId = dataset.Id, FileName = Path.GetFileName(request.Path), Fingerprint = fingerprint, RetrievedAt = retrieved, StartedAt = clock.GetUtcNow() };
        db.Add(import);
        await db.SaveChangesAsync(ct);
        return import;
    }

    private async Task WriteAsync(RecordWriter writer, RejectedRows rejected, Import import, List<RowOutcome> batch, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Attach(import);
        import.Read += batch.Count;
        var problems = batch.FindAll(r => r.Problem is not null);
        import.Unchanged += batch.Count(r => r is { Problem: null, Draft.Passed: true });
        await writer.WriteAsync([.. batch.Where(r => r is { Problem: null, Draft.Passed: false }).Select(r => r.Draft)], (draft, problem) => problems.Add(new(draft, problem)), ct);
        problems.Sort((a, b) => a.Draft.Row.CompareTo(b.Draft.Row));
        import.Rejected += problems.Count;
        import.RejectedBytes = rejected.Append(problems);
        db.Update(import);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.ChangeTracker.Clear();
    }

    private async Task<int> FinishAsync(RecordWriter writer, Import import, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var joined = await writer.JoinAsync(ct);
        import.FinishedAt = clock.GetUtcNow();
        db.Update(import);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return joined;
    }

    // Reading and understanding rows on one core, merging them on the other.
    private static async Task ForEachBatchAsync(IEnumerable<RowOutcome> rows, Func<List<RowOutcome>, Task> write, CancellationToken ct)
    {
        var channel = Channel.CreateBounded<List<RowOutcome>>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = Task.Run(async () =>
        {
            try
            {
                foreach (var batch in Batches(rows)) await channel.Writer.WriteAsync(batch, stop.Token);
                channel.Writer.Complete();
            }
            catch (Exception e)
            {
                channel.Writer.Complete(e); // what was read before is written first; then the reader hears of it
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var batch in channel.Reader.ReadAllAsync(ct)) await write(batch);
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private static IEnumerable<List<RowOutcome>> Batches(IEnumerable<RowOutcome> rows)
    {
        List<RowOutcome> batch = [];
        var bytes = 0L;
        ImportException? damage = null;
        using var each = rows.GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext()) break;
            }
            catch (ImportException e)
            {
                damage = e; // the rows before it are kept
                break;
            }

            batch.Add(each.Current);
            bytes += each.Current.Draft.Raw.Length;
            if (batch.Count < BatchRows && bytes < BatchBytes) continue;
            yield return batch;
            (batch, bytes) = (new(batch.Count), 0);
        }

        if (batch.Count > 0) yield return batch;
        if (damage is not null) throw damage;
    }

    private async Task<Dataset> DatasetAsync(string name, Basis basis, bool fictional, CancellationToken ct)
    {
        if (name.Length is 0 or > Dataset.MaxName) throw new ImportException(Text.ImportDataset.With(Dataset.MaxName));
        if (await db.Datasets.SingleOrDefaultAsync(d => d.Name == name, ct) is { } dataset) return dataset;
        dataset = new() { Name = name, Basis = basis, Fictional = fictional, Publisher = name is "lei" ? "GLEIF" : null, Url = name is "lei" ? "https://www.gleif.org/" : null };
        db.Add(dataset);
        await db.SaveChangesAsync(ct);
        return dataset;
    }

    private static string[] HeaderOf(SourceFile file)
    {
        var start = file.Start.AsSpan();
        var line = start[..(start.IndexOfAny('\r', '\n') is >= 0 and var end ? end : start.Length)];
        return [.. line.ToString().Split(',', '\t', ';', '|').Select(h => h.Trim('"', ' '))];
    }

    // "names_dev_2952k.tsv.gz" → "names_dev_2952k": later snapshots of a source carry another name, so --dataset ties them together.
    private static string DatasetNameOf(string path)
    {
        var name = Path.GetFileName(path);
        var stem = name.IndexOf('.', 1) is > 0 and var dot ? name[..dot] : name;
        return stem.Length > Dataset.MaxName ? stem[..Dataset.MaxName] : stem;
    }

    /// <summary>Held while the registry is written: one writer a data folder.</summary>
    internal static FileStream Lock(DataFolder folder)
    {
        try
        {
            return new(folder.File("import.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new ImportException(Text.ImportRunning, e);
        }
    }
}

/// <summary>The rows of an import that were not taken, each with its number and the reason, as CSV with a byte order mark.</summary>
internal sealed class RejectedRows : IDisposable
{
    private readonly DataFolder folder;
    private readonly Import import;
    private FileStream? file;

    public RejectedRows(DataFolder folder, Import import)
    {
        (this.folder, this.import) = (folder, import);
        if (import.RejectedBytes == 0) return;
        file = new(PathOf(folder, import), FileMode.Open, FileAccess.Write);
        file.SetLength(import.RejectedBytes); // what a cut-off run wrote beyond its last commit
        file.Position = import.RejectedBytes;
    }

    /// <summary>The file, or null while nothing was rejected.</summary>
    public string? Path => file?.Name;

    public static string? Existing(DataFolder folder, Import import) => File.Exists(PathOf(folder, import)) ? PathOf(folder, import) : null;

    /// <summary>Appends the rows and returns the file's length; they count only once that is committed.</summary>
    public long Append(IReadOnlyList<RowOutcome> rows)
    {
        if (rows.Count == 0) return import.RejectedBytes;
        if (file is null)
        {
            file = new(PathOf(folder, import), FileMode.Create, FileAccess.Write);
            file.Write([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"{Text.RejectedHeader}\r\n")]);
        }

        foreach (var (draft, problem) in rows) file.Write(Encoding.UTF8.GetBytes($"{draft.Row},{Quoted(problem!)},{Quoted(TextOf(draft.Raw))}\r\n"));
        file.Flush(flushToDisk: true);
        return file.Position;
    }

    public void Dispose() => file?.Dispose();

    private static string PathOf(DataFolder folder, Import import) => folder.File("rejected", $"import-{import.Id}.csv");

    // Bytes that are no UTF-8 are shown as \xA1, so that nothing of the row is lost.
    private static string TextOf(ReadOnlySpan<byte> raw)
    {
        if (Utf8.IsValid(raw)) return Encoding.UTF8.GetString(raw);
        StringBuilder text = new(raw.Length);
        while (raw.Length > 0)
        {
            var valid = Rune.DecodeFromUtf8(raw, out var rune, out var length) is OperationStatus.Done;
            if (valid) text.Append(rune.ToString());
            else foreach (var b in raw[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
            raw = raw[length..];
        }

        return text.ToString();
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
