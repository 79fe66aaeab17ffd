using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qijian.Platform;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Opens the key store that the database belongs to. An empty database without a mark adopts the store that is there, or gets one;
/// from then on no other will do.
/// </summary>
internal sealed class OpenKeyStore(DataFolder data, IOptions<KeyOptions> options, Scoped<AppDb> database, TimeProvider clock)
{
    public KeyStore Run()
    {
        var folder = options.Value.PathIn(data);
        using var lease = database.Open();
        var db = lease.Service;
        var used = HoldsSealed(db); // asked before the mark, which is written before anything is sealed
        var mark = Mark(db);
        if (mark is null && used) throw KeyStoreRefusal.Unmarked(folder);
        var keys = mark is null ? KeyStore.OpenOrCreate(folder, clock) : KeyStore.Open(folder, clock);
        mark ??= WriteMark(db, keys.Fingerprint);
        if (string.Equals(mark, keys.Fingerprint, StringComparison.Ordinal)) return keys;
        keys.Dispose();
        throw KeyStoreRefusal.Replaced(folder, keys.Fingerprint, mark);
    }

    private static string? Mark(AppDb db) => db.KeyStoreMarks.Select(m => m.Fingerprint).SingleOrDefault();

    /// <summary>Of two that are first at once, one is: the other reads what it wrote.</summary>
    private string WriteMark(AppDb db, string fingerprint)
    {
        db.Database.ExecuteSql($"INSERT INTO privacy_key_stores (id, fingerprint, at) VALUES (1, {fingerprint}, {clock.GetUtcNow().ToUnixTimeMilliseconds()}) ON CONFLICT (id) DO NOTHING");
        return Mark(db)!;
    }

    private static bool HoldsSealed(AppDb db)
    {
        var tables = db.Model.GetEntityTypes().Where(entity => entity.GetProperties().Any(p => p.ClrType == typeof(Sealed))).Select(entity => $"SELECT 1 AS \"Value\" FROM \"{entity.GetTableName()}\"");
        return db.ConsentEvents.Any() || db.Database.SqlQueryRaw<int>(string.Join(" UNION ALL ", tables)).Any();
    }
}

/// <summary>Refuses to serve without the keys.</summary>
internal sealed class PrepareKeyStore(KeyStore keys) : IPreparation
{
    public Task RunAsync(CancellationToken ct) => Task.FromResult(keys); // it is open once it is given
}
