using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Qijian.Engine.Identifiers;
using Qijian.Modules.Registry;
using Qijian.Modules.Search;
using Qijian.Platform.Data;

namespace Qijian.Benchmarks.Quality;

/// <summary>The product's own search in PostgreSQL, on its own table, kept in a database for each corpus on the server that QIJIAN_TEST_POSTGRES names.</summary>
internal sealed class PostgresFinder(PostgresSearch search, ServiceProvider services) : IFindCompanies
{
    public const string Server = "QIJIAN_TEST_POSTGRES";

    public static async Task<PostgresFinder> OpenAsync(QualitySet set, string server)
    {
        NpgsqlConnectionStringBuilder connection = new(server) { Database = $"qijian_quality_c{QualityCorpus.Version}_{set.Name.Replace('-', '_')}" };
        await CreateAsync(server, connection.Database!);
        CorpusRegistry registry = new(set);
        var provider = new ServiceCollection().AddSingleton<ICompanyFeed>(registry).AddSingleton<ICompanyLookup>(registry).BuildServiceProvider();
        var scopes = provider.GetRequiredService<IServiceScopeFactory>();
        AliasTable aliases = new(new DataFolder(TestData.Artifact("quality-aliases")), TimeProvider.System, NullLogger<AliasTable>.Instance);
        PostgresSearch opened = new(Options.Create(new DatabaseOptions { ConnectionString = connection.ConnectionString }), new(scopes), new(scopes), aliases, new Standings([]), NullLogger<PostgresSearch>.Instance, NullLogger<SearchTable>.Instance);
        var watch = Stopwatch.StartNew();
        await opened.RunAsync(CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connection.Database} opened in {watch.Elapsed.TotalSeconds:0} s"));
        return new(opened, provider);
    }

    public IReadOnlyList<int> Find(string text, int most) =>
        [.. search.SearchAsync(new() { Text = text, PageSize = most, Facets = false }, CancellationToken.None).GetAwaiter().GetResult().Hits.Select(h => h.Company.Number)];

    public void Dispose()
    {
        search.Dispose();
        services.Dispose();
    }

    private static async Task CreateAsync(string server, string database)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var exists = source.CreateCommand("SELECT count(*) FROM pg_database WHERE datname = $1");
        exists.Parameters.Add(new() { Value = database });
        if (await exists.ExecuteScalarAsync() is > 0L)
            return;
#pragma warning disable CA2100 // made of constants and a number
        await using var create = source.CreateCommand($"CREATE DATABASE {database}");
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync();
    }

    /// <summary>The corpus as the registry tells of it.</summary>
    private sealed class CorpusRegistry(QualitySet set) : ICompanyFeed, ICompanyLookup
    {
        public IAsyncEnumerable<IndexedCompany> ReadAllAsync(CancellationToken ct) => set.Numbers.Select(CompanyOf).ToAsyncEnumerable();

        public Task<IReadOnlyList<IndexedCompany>> ReadAsync(IReadOnlyCollection<int> numbers, CancellationToken ct) => Task.FromResult<IReadOnlyList<IndexedCompany>>([.. numbers.Select(CompanyOf)]);

        public Task<IReadOnlyList<CompanySummary>> SummariesAsync(IReadOnlyList<int> numbers, CancellationToken ct) => Task.FromResult<IReadOnlyList<CompanySummary>>([.. numbers.Select(n => CompanyOf(n).Company)]);

        public Task<long> SequenceAsync(CancellationToken ct) => Task.FromResult(1L);

        public Task<(long Sequence, IReadOnlyCollection<int> Companies)> ChangesAsync(long after, CancellationToken ct) => Task.FromResult<(long, IReadOnlyCollection<int>)>((after, []));

        public Task<int?> FirstNumberAsync(int from, CancellationToken ct) => throw new NotSupportedException();

        public IAsyncEnumerable<string> IdsAsync(int from, int before, CancellationToken ct) => throw new NotSupportedException();

        public Task<CompanyLookupResult> FindAsync(string id, AsOf time, CancellationToken ct) => throw new NotSupportedException();

        public Task<PersonLookupResult> FindPersonAsync(string id, CancellationToken ct) => throw new NotSupportedException();

        public Task<RegistryOverview> OverviewAsync(CancellationToken ct) => throw new NotSupportedException();

        private IndexedCompany CompanyOf(int number)
        {
            var d = set.DocumentOf(number);
            CompanySummary summary = new(d.Number, d.Id, EntityType.Company, d.Name, d.CreditCode, d.RegistrationNumber, d.Lei, d.StockCode, null, d.Province == 0 ? null : Provinces.All[d.Province - 1].ShortName, null,
                d.FoundedDay == 0 ? null : DateOnly.FromDayNumber(d.FoundedDay), d.CapitalFen == 0 ? null : new Money(d.CapitalFen, "CNY"), null, null, null, null);
            return new(summary, d.FormerNames, d.AlsoKnownAs, d.People, d.Scope, d.Address);
        }
    }
}
