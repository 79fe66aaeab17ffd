using System.Diagnostics;
using System.Globalization;
using Qijian.Modules.Privacy;

namespace Qijian.Benchmarks;

/// <summary>Times the vault on a key store of its own, on one thread: phone numbers of many persons.</summary>
internal static class VaultBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        var count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5000;
        var folder = Directory.CreateTempSubdirectory("qijian-vault-").FullName;
        var registry = ProcessingRegistry.Read(PolicyFolder.Shipped.RegistryFiles).Registry;
        var persons = Enumerable.Range(0, count).Select(_ => Subject.Create(SubjectKind.Member)).ToArray();
        var values = new Sealed[count];
        using (var keys = KeyStore.OpenOrCreate(folder, TimeProvider.System))
        {
            Vault vault = new(keys, registry, TimeProvider.System);
            await TimeAsync("seals, new persons", 1, async i => values[i] = await SealAsync(vault, i)); // each key is on the disk before its value
            await TimeAsync("seals, cached keys", 6, async i => values[i] = await SealAsync(vault, i));
            await TimeAsync("opens, cached keys", 6, i => OpenAsync(vault, i));
            await TimeAsync("blind indexes", 6, i => new(vault.BlindIndex(Purpose.ContactMatching, Category.ContactPhone, Phone(i))));
            await TimeAsync("references", 6, async i => await vault.ReferenceAsync(persons[i], CancellationToken.None));
        }

        using (var keys = KeyStore.Open(folder, TimeProvider.System))
        {
            Vault vault = new(keys, registry, TimeProvider.System);
            await TimeAsync("opens, uncached keys", 1, i => OpenAsync(vault, i));
            await TimeAsync("destructions", 1, i => new(keys.Destroy(persons[i], [KeyGroup.Contact])));
        }

        Directory.Delete(folder, recursive: true);
        return 0;

        ValueTask<Sealed> SealAsync(Vault vault, int i) => vault.SealAsync(persons[i], Category.ContactPhone, Phone(i), CancellationToken.None);

        async ValueTask<object?> OpenAsync(Vault vault, int i) => await vault.OpenAsync(new(persons[i], Purpose.ContactMatching, [Category.ContactPhone], TimeProvider.System.GetUtcNow()), Category.ContactPhone, values[i], CancellationToken.None);

        static string Phone(int i) => (13_800_000_000L + i).ToString(CultureInfo.InvariantCulture);

        async Task TimeAsync(string what, int rounds, Func<int, ValueTask<object?>> act)
        {
            for (var round = 0; round < rounds; round++)
            {
                var (cpu, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
                for (var i = 0; i < count; i++) await act(i);
                var (elapsed, used) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu);
                if (round == rounds - 1) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count / elapsed.TotalSeconds:#,0}/s, {used.TotalMicroseconds / count:0.0} CPU µs each")); // the earlier ones warm up
            }
        }
    }
}
