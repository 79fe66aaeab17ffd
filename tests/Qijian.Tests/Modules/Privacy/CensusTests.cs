using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Qijian.Engine.Search;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy;

/// <summary>Every place that can hold a text is known to the registry; what is not fails here by name.</summary>
public sealed class CensusTests
{
    private static readonly Assembly Product = typeof(Program).Assembly;
    private static readonly ProcessingRegistry Registry = ProcessingRegistry.Load(PolicyFolder.Shipped.RegistryFiles, PolicyFolder.Shipped.LoadBindings().ById.Keys.ToHashSet(StringComparer.Ordinal));

    [Fact]
    public void Every_column_is_tagged_and_what_is_personal_is_sealed_or_has_a_reason() => Assert.Empty(new Census(Registry).Columns(Model()));

    [Fact]
    public async Task Everything_that_the_interface_takes_and_gives_is_registered()
    {
        await using var site = await TestSite.StartAsync();
        var endpoints = await site.WithAsync<EndpointDataSource, IReadOnlyList<Endpoint>>(source => Task.FromResult(source.Endpoints));
        Assert.Empty(new Census(Registry).Interface(endpoints, Product));
    }

    [Fact]
    public void Everything_that_is_logged_is_registered() => Assert.Empty(new Census(Registry).Logs(Product));

    [Fact]
    public void Every_field_of_the_index_and_every_statement_is_registered()
    {
        Census census = new(Registry);
        Assert.Empty(census.Store("index", "companies.idx", Enum.GetNames<StoredField>().Concat(Enum.GetNames<SearchColumn>()).Append("Codes")));
        Assert.Empty(census.Store("json", "statements", typeof(Vocabulary).GetFields().Where(f => f.FieldType == typeof(Property)).Select(f => ((Property)f.GetValue(null)!).Name)));
        Assert.Empty(census.Store("json", "statements.fields", typeof(Vocabulary.Fields).GetFields().Where(f => f.FieldType == typeof(Field)).Select(f => ((Field)f.GetValue(null)!).Name)));
    }

    internal static IModel Model()
    {
        using var db = new SqliteDesign().CreateDbContext([]);
        return db.Model;
    }
}
