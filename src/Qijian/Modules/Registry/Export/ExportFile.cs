using System.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qijian.Platform;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Registry;

/// <summary>What is to be exported, and to where.</summary>
/// <param name="Format">One of <see cref="ExportFile.Formats"/>.</param>
internal sealed record ExportRequest(string Format, string Output)
{
    /// <summary>How many rows a sheet of a workbook takes.</summary>
    public int SheetRows { get; init; } = RegisterTables.SheetRows;
}

/// <summary>How an export went: the JSON that <c>export --json</c> prints.</summary>
/// <param name="Written">Statements, entities, bodies or rows, as the format counts.</param>
/// <param name="CellsTooLong">Cells of a workbook that say that their text is too long for one.</param>
public sealed record ExportReport(string Format, IReadOnlyList<string> Files, long Written, long CellsTooLong, double Seconds);

/// <summary>Writes the register, as it stands at one moment, into files that appear under their names when they are whole.</summary>
internal sealed class ExportFile(AppDb db, SourceCatalog catalog, IOptions<OperatorOptions> site, TimeProvider clock)
{
    internal static readonly string[] Formats = ["bods", "ftm", "xlsx", "parquet", "csv", "jsonl"];

    public async Task<ExportReport> RunAsync(ExportRequest request, Action<string, long, double> progress, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var bodies = await db.Companies.LongCountAsync(ct);
        await using var moment = await BeginAsync(ct);
        RegisterReader reader = new(db, catalog);
        var passes = PassesOf(request.Format);
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        long written = 0, tooLong = 0;
        try
        {
            var read = 0L;
            reader.Heard = () => progress(Text.StageExport, ++read, Math.Min(1, (double)read / Math.Max(1, bodies * passes)));
            switch (request.Format)
            {
                case "bods":
                {
                    await using var to = Create(request.Output);
                    using var components = PartyIndex.Open(request.Output + ".components");
                    var newest = await db.Imports.OrderByDescending(i => i.RetrievedAt).Select(i => (DateTimeOffset?)i.RetrievedAt).FirstOrDefaultAsync(ct);
                    BodsExport bods = new(reader, components, clock.GetUtcNow(), ChinaTime.Day(newest ?? clock.GetUtcNow()), site.Value.Name ?? "企鉴 Qijian", request.Output.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase));
                    await bods.WriteAsync(to, ct);
                    written = bods.Written;
                    break;
                }

                case "ftm":
                {
                    await using var to = Create(request.Output);
                    FtmExport ftm = new(reader);
                    await ftm.WriteAsync(to, ct);
                    written = ftm.Written;
                    break;
                }

                case "jsonl":
                {
                    await using var to = Create(request.Output);
                    JsonLinesExport lines = new(reader);
                    await lines.WriteAsync(to, ct);
                    written = lines.Written;
                    break;
                }

                case "xlsx":
                {
                    await using var to = Create(request.Output);
                    (written, tooLong) = await RegisterTables.WriteXlsxAsync(reader, to, request.SheetRows, ct);
                    break;
                }

                default:
                    foreach (var table in RegisterTables.All)
                    {
                        var stem = Path.ChangeExtension(request.Output, null);
                        await using var to = Create($"{stem}-{table.Name}.{request.Format}");
                        written += request.Format is "csv" ? await RegisterTables.WriteCsvAsync(table, reader, to, ct) : await RegisterTables.WriteParquetAsync(table, reader, to, ct);
                    }

                    break;
            }

            foreach (var (partial, name) in files) File.Move(partial, name, overwrite: true);
        }
        finally
        {
            foreach (var partial in files.Keys) File.Delete(partial);
        }

        return new(request.Format, [.. files.Values], written, tooLong, clock.GetElapsedTime(started).TotalSeconds);

        FileStream Create(string name)
        {
            var partial = name + ".partial";
            try
            {
                FileStream to = new(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 1 << 16 });
                files.Add(partial, name);
                return to;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RefusedException(Text.ExportUnwritable.With(name, e.Message), e);
            }
        }
    }

    // How often the register is read: a workbook counts first, the standard's declared relations come last.
    private static int PassesOf(string format) => format switch { "bods" => 2, "xlsx" => 4, "csv" or "parquet" => RegisterTables.All.Count, _ => 1 };

    // All passes see the register of one moment, whatever is imported meanwhile; SQLite's reader must not ask for the writer's place.
    private async Task<IAsyncDisposable> BeginAsync(CancellationToken ct)
    {
        if (db.Database.IsNpgsql()) return await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await db.Database.OpenConnectionAsync(ct);
        var transaction = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
        return (await db.Database.UseTransactionAsync(transaction, ct))!;
    }
}
