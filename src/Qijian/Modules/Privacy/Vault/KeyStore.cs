using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Qijian.Modules.Privacy;

/// <summary>A key that values of one person and group are sealed with, and the number that those values name it by.</summary>
internal sealed record DataKey(long Id, byte[] Bytes);

/// <summary>
/// The keys of persons, one for each group, wrapped by the master key. It is a file apart from the database, so that a backup of
/// the database brings no destroyed key back. Several processes may use it at once. A destroyed key leaves its number behind,
/// which nobody is found by: what was destroyed is told from what was lost.
/// </summary>
internal sealed class KeyStore : IDisposable
{
    public const string FileName = "keys.db";
    private const int CacheSize = 10_000;
    private readonly Lock gate = new(); // SQLite's connection is for one thread at a time
    private readonly Dictionary<(Subject Subject, KeyGroup Group), DataKey> cache = [];
    private readonly MasterKey master;
    private readonly TimeProvider clock;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand version, find;
    private long seen;

    private KeyStore(SqliteConnection connection, MasterKey master, TimeProvider clock, byte[] indexKey, byte[] signingKey)
    {
        (this.connection, this.master, this.clock, IndexKey, Signing) = (connection, master, clock, indexKey, new(signingKey));
        version = Command(connection, "PRAGMA data_version");
        find = Command(connection, "SELECT id, wrapped FROM keys WHERE subject = $0 AND key_group = $1", "", 0);
    }

    public string Fingerprint => master.Fingerprint;

    /// <summary>From which the keys of blind indexes are derived.</summary>
    public byte[] IndexKey { get; }

    public SigningKey Signing { get; }

    /// <summary>Opens the store that must be there.</summary>
    public static KeyStore Open(string folder, TimeProvider clock)
    {
        string[] files = [Path.Combine(folder, MasterKey.FileName), Path.Combine(folder, FileName)];
        return Array.Find(files, f => !File.Exists(f)) is { } missing ? throw KeyStoreRefusal.Missing(missing) : Open(folder, clock, create: false);
    }

    /// <summary>Opens the store that is there, or makes one; also where that was broken off before.</summary>
    public static KeyStore OpenOrCreate(string folder, TimeProvider clock)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Only where it is missing: closing another handle of an open database would drop SQLite's locks.
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) MasterKey.CreateOwned(path, FileMode.OpenOrCreate).Dispose();
        return Open(folder, clock, create: true);
    }

    private static KeyStore Open(string folder, TimeProvider clock, bool create)
    {
        var path = Path.Combine(folder, FileName);
        SqliteConnection opened = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            opened.Open();
            // FULL: a key must be on the disk before any value that is sealed with it.
            Run(opened, "PRAGMA busy_timeout = 10000; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL");
            if (create) Create(opened, folder);
            if (!HasStore(opened)) throw KeyStoreRefusal.Damaged(path);
            Run(opened, "PRAGMA journal_mode = WAL");
            var masterPath = Path.Combine(folder, MasterKey.FileName);
            var masterKey = File.Exists(masterPath) ? MasterKey.Read(masterPath) : throw KeyStoreRefusal.Missing(masterPath);
            using var read = Command(opened, "SELECT fingerprint, index_key, signing_key FROM store");
            using var row = read.ExecuteReader();
            row.Read();
            if (row.GetString(0) is var fingerprint && !string.Equals(fingerprint, masterKey.Fingerprint, StringComparison.Ordinal)) throw KeyStoreRefusal.Mismatched(folder, masterKey.Fingerprint, fingerprint);
            KeyStore store = new(opened, masterKey, clock, masterKey.Unwrap((byte[])row[1], "index"), masterKey.Unwrap((byte[])row[2], "signing"));
            row.Close();
            store.Checkpoint(); // of a destruction that was broken off
            return store;
        }
        catch (Exception e)
        {
            opened.Dispose();
            if (e is CryptographicException or SqliteException { SqliteErrorCode: 11 or 26 }) throw KeyStoreRefusal.Damaged(path);
            throw;
        }
    }

    // The transaction lets one process at a time make the store, and its commit comes last: before it there are no keys, and the
    // master key that an earlier attempt left is taken up. Its first write also syncs the folder, with the master key's entry.
    private static void Create(SqliteConnection connection, string folder)
    {
        using var transaction = connection.BeginTransaction();
        if (HasStore(connection)) return;
        var path = Path.Combine(folder, MasterKey.FileName);
        var masterKey = File.Exists(path) ? MasterKey.Read(path) : MasterKey.Create(path);
        Run(connection, """
            CREATE TABLE store (fingerprint TEXT NOT NULL, index_key BLOB NOT NULL, signing_key BLOB NOT NULL);
            CREATE TABLE keys (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, key_group INTEGER NOT NULL, wrapped BLOB NOT NULL, UNIQUE (subject, key_group));
            CREATE TABLE destroyed (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
            """);
        Run(connection, "INSERT INTO store VALUES ($0, $1, $2)", masterKey.Fingerprint, masterKey.Wrap(RandomNumberGenerator.GetBytes(32), "index"), masterKey.Wrap(SigningKey.Create(), "signing"));
        transaction.Commit();
    }

    private static bool HasStore(SqliteConnection connection) => Scalar<long>(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'store'") == 1;

    /// <summary>The key, or null where there is none (any more).</summary>
    public DataKey? Find(Subject subject, KeyGroup group)
    {
        lock (gate)
        {
            // Another process changed the file: it may have destroyed any of these.
            if ((long)version.ExecuteScalar()! is var current && current != seen)
            {
                cache.Clear();
                seen = current;
            }

            if (cache.TryGetValue((subject, group), out var key)) return key;
            (find.Parameters[0].Value, find.Parameters[1].Value) = (subject.ToString(), (int)group);
            using var row = find.ExecuteReader();
            if (!row.Read()) return null;
            var id = row.GetInt64(0);
            key = new(id, Unwrap((byte[])row[1], Place(subject, group, id)));
            if (cache.Count >= CacheSize) cache.Clear();
            return cache[(subject, group)] = key;
        }
    }

    /// <summary>The key, made where there is none; of two that make it at once, both get the same.</summary>
    public DataKey FindOrCreate(Subject subject, KeyGroup group)
    {
        lock (gate)
        {
            while (true)
            {
                if (Find(subject, group) is { } found) return found;
                var id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
                Run(connection, "INSERT INTO keys VALUES ($0, $1, $2, $3) ON CONFLICT (subject, key_group) DO NOTHING", id, subject.ToString(), (int)group, master.Wrap(RandomNumberGenerator.GetBytes(32), Place(subject, group, id)));
            }
        }
    }

    /// <summary>Everybody who has a key of the group.</summary>
    public IReadOnlyList<Subject> Subjects(KeyGroup group)
    {
        List<Subject> subjects = [];
        lock (gate)
        {
            using var command = Command(connection, "SELECT subject FROM keys WHERE key_group = $0 ORDER BY subject", (int)group);
            using var row = command.ExecuteReader();
            while (row.Read()) subjects.Add(Subject.Parse(row.GetString(0), null));
        }

        return subjects;
    }

    /// <summary>Whether there was a key of this number and it was destroyed.</summary>
    public bool IsDestroyed(long id)
    {
        lock (gate) return Scalar<long>(connection, "SELECT count(*) FROM destroyed WHERE id = $0", id) == 1;
    }

    /// <summary>Destroys the person's keys of these groups: when this returns, the files of the store hold none of them. Done again it destroys what is left.</summary>
    public KeyDestruction Destroy(Subject subject, IReadOnlyCollection<KeyGroup> groups)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        IReadOnlyList<KeyGroup> ordered = [.. groups.Distinct().Order()];
        List<string> destroyed = [];
        lock (gate)
        {
            using (var transaction = connection.BeginTransaction())
            {
                foreach (var group in ordered)
                {
                    using var delete = Command(connection, "DELETE FROM keys WHERE subject = $0 AND key_group = $1 RETURNING id", subject.ToString(), (int)group);
                    if (delete.ExecuteScalar() is not long id) continue;
                    Run(connection, "INSERT OR REPLACE INTO destroyed VALUES ($0, $1)", id, at.ToUnixTimeMilliseconds());
                    destroyed.Add(id.ToString("x16", CultureInfo.InvariantCulture));
                }

                transaction.Commit();
            }

            foreach (var group in ordered) cache.Remove((subject, group));
            if (!Checkpoint()) throw new IOException($"{connection.DataSource}-wal 正被占用，密钥尚未从磁盘清除，请重试 / is in use: the keys are not off the disk yet, do it again.");
        }

        return new(at, ordered, destroyed, Signing.Id, Signing.Sign(KeyDestruction.Statement(at, ordered, destroyed)));
    }

    /// <summary>Writes the log into the file, where freed space is zeroed, and empties it; false where another process held it up for ten seconds.</summary>
    private bool Checkpoint() => Scalar<long>(connection, "PRAGMA wal_checkpoint(TRUNCATE)") == 0;

    private byte[] Unwrap(byte[] wrapped, string place)
    {
        try
        {
            return master.Unwrap(wrapped, place);
        }
        catch (CryptographicException)
        {
            throw new VaultRefusedException("A wrapped key was changed.");
        }
    }

    // A wrapped key unwraps for its own person, group and number only.
    private static string Place(Subject subject, KeyGroup group, long id) => string.Create(CultureInfo.InvariantCulture, $"{subject}|{(int)group}|{id}");

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand(); // in the connection's transaction, where there is one
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i}", values[i]);
        return command;
    }

    private static void Run(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(connection, sql, values);
        command.ExecuteNonQuery();
    }

    private static T Scalar<T>(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(connection, sql, values);
        return (T)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        version.Dispose();
        find.Dispose();
        connection.Dispose();
        Signing.Dispose();
    }
}
