using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>A party as a file describes it: a body by what identifies it, a person by name, or somebody who is not named.</summary>
/// <param name="Record">The party's key in the file.</param>
internal sealed record FileParty(EntityType Type, string Record, string? Name, string? CreditCode = null, string? Lei = null, string? RegistrationNumber = null, string? Body = null)
{
    /// <summary>What kind of unnamed party it is, why, and in whose words.</summary>
    public string? Unnamed { get; init; }
    public string? Reason { get; init; }
    public string? Remark { get; init; }

    /// <summary>Only a name at the other end of a relation: no row of its own.</summary>
    public bool NameOnly { get; init; }

    /// <summary>Whether a draft can be made for it.</summary>
    public bool IsBody => Type is not (EntityType.Person or EntityType.Unknown) && !NameOnly;

    /// <summary>Makes the draft one about this body.</summary>
    public void Identify(Draft draft) => draft.Identify(CreditCode, Lei, RegistrationNumber, Body);

    /// <summary>By what a relation finds its other party.</summary>
    public IEnumerable<KeyValuePair<Field, string>> Identity()
    {
        yield return new(Vocabulary.Fields.PartyType, Type.ToString());
        if (CreditCode is { } code) yield return new(Vocabulary.Fields.PartyCode, code);
        else if (Lei is { } lei && Body is null) yield return new(Vocabulary.Fields.PartyLei, lei);
        else if (IsBody && Body is { } body) yield return new(Vocabulary.Fields.PartyId, body);
    }

    /// <summary>A relation that our own export described, with this party's name in it.</summary>
    public Statement Named(Statement relation) => Type is EntityType.Unknown ? relation : relation with { Value = Name ?? "" };

    /// <summary>What a relation says of its other party.</summary>
    /// <param name="keptRecord">The number by which a source tells its persons apart.</param>
    public IEnumerable<KeyValuePair<Field, string>> Fields(string? keptRecord)
    {
        foreach (var field in Identity()) yield return field;
        if (Type is EntityType.Person && keptRecord is { } record) yield return new(Vocabulary.Fields.PartyId, record);
        if (Unnamed is { } unnamed) yield return new(Vocabulary.Fields.Unnamed, unnamed);
        if (Reason is { } reason) yield return new(Vocabulary.Fields.Reason, reason);
        if (Remark is { } remark) yield return new(Vocabulary.Fields.Remark, remark);
    }
}

/// <summary>
/// What a first pass over a file of statements learns for the second: who its parties are and which row says the last of each record,
/// since a relation may come before its parties. On disk, so that memory does not grow with the file; gone when the import ends.
/// </summary>
internal sealed class PartyIndex : IDisposable
{
    private const int Transaction = 100_000;
    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand put, get;
    private readonly SqliteParameter putKey, putValue, getKey;
    private SqliteTransaction transaction;
    private int pending;

    private PartyIndex(string path)
    {
        this.path = path;
        File.Delete(path);
        connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;");
        (put, get) = (connection.CreateCommand(), connection.CreateCommand());
        put.CommandText = "INSERT INTO notes VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        get.CommandText = "SELECT value FROM notes WHERE key = @key";
        (putKey, putValue, getKey) = (put.Parameters.Add("@key", SqliteType.Text), put.Parameters.Add("@value", SqliteType.Text), get.Parameters.Add("@key", SqliteType.Text));
        transaction = connection.BeginTransaction();
        (put.Transaction, get.Transaction) = (transaction, transaction);
    }

    public static PartyIndex Open(string path) => new(path);

    /// <summary>Reads a file once, row by row. What is wrong with a row or with the file's end is said by the second pass.</summary>
    public static PartyIndex Of(string path, DataFolder folder, Action<PartyIndex, JsonElement, long> note, Action<long, double> progress, CancellationToken ct)
    {
        var index = Open(folder.File("import-parties.db"));
        try
        {
            using var file = SourceFile.Open(path);
            long rows = 0;
            foreach (var (draft, _) in Rows.OfJson(file, 0, (draft, json) =>
            {
                note(index, json, draft.Row);
                return null;
            }))
            {
                rows = draft.Row;
                if (rows % 1000 != 0) continue;
                ct.ThrowIfCancellationRequested();
                progress(rows, (double)file.BytesRead / Math.Max(1, file.Length));
            }
        }
        catch (ImportException)
        {
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }

        return index;
    }

    public string? this[string key]
    {
        get
        {
            getKey.Value = key;
            return (string?)get.ExecuteScalar();
        }
        set
        {
            (putKey.Value, putValue.Value) = (key, value);
            put.ExecuteNonQuery();
            if (++pending % Transaction != 0) return;
            transaction.Commit();
            transaction.Dispose();
            transaction = connection.BeginTransaction();
            (put.Transaction, get.Transaction) = (transaction, transaction);
        }
    }

    public FileParty? Party(string record) => this["p" + record] is { } json ? JsonSerializer.Deserialize<FileParty>(json) : null;

    public void Add(FileParty party) => this["p" + party.Record] = JsonSerializer.Serialize(party);

    /// <summary>Notes a row of a record; the row of the latest date counts, of one day the last.</summary>
    public void AddState(string record, string date, long row)
    {
        if (this["r" + record] is { } earlier && string.CompareOrdinal(earlier[(earlier.IndexOf(' ', StringComparison.Ordinal) + 1)..], date) > 0) return;
        this["r" + record] = $"{row} {date}";
    }

    /// <summary>Whether this row says the last of its record.</summary>
    public bool IsLast(string record, long row) => this["r" + record] is not { } last || last.StartsWith($"{row} ", StringComparison.Ordinal);

    /// <summary>Notes a statement by its own number; the first of one number counts.</summary>
    public void AddStatement(string id, long row, JsonElement json) => this["s" + id] ??= $"{row} {Hash(json)}";

    /// <summary>Whether an earlier row of the file has this number: null for none, else whether it says the same.</summary>
    public bool? Repeats(string id, long row, JsonElement json) =>
        this["s" + id] is not { } first || first.StartsWith($"{row} ", StringComparison.Ordinal) ? null : first.EndsWith($" {Hash(json)}", StringComparison.Ordinal);

    public void Dispose()
    {
        transaction.Dispose();
        put.Dispose();
        get.Dispose();
        connection.Dispose();
        File.Delete(path);
    }

    private void Run(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string Hash(JsonElement json) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(json.GetRawText())).ToString("x16", null);
}
