using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Text;
using Qijian.Platform.Data;

namespace Qijian.Tests;

/// <summary>The rules of docs/architecture.md, checked on the compiled code.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Architecture Code = new ArchLoader().LoadAssemblies(typeof(Program).Assembly).Build();

    // Which module may use which; a module uses another's public types only. Shared knows no other module, and every module may use it.
    private static readonly Dictionary<string, string[]> Edges = new(StringComparer.Ordinal) { ["Shared"] = [], ["Privacy"] = ["Shared"], ["Registry"] = ["Privacy", "Shared"], ["Search"] = ["Privacy", "Registry", "Shared"], ["Graph"] = ["Registry", "Search", "Shared"], ["Accounts"] = ["Messaging", "Privacy", "Shared"], ["Insight"] = ["Privacy", "Shared"], ["Governance"] = ["Accounts", "Graph", "Privacy", "Registry", "Shared"], ["Messaging"] = ["Privacy", "Shared"] };

    [Fact]
    public void The_rules_look_at_every_module() =>
        Assert.Equal(Edges.Keys.Order(StringComparer.Ordinal), Code.Types.Select(ModuleOf).OfType<string>().Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Modules_use_each_other_along_the_edges_only() =>
        Assert.Empty(Uses().Where(u => u.From is not null && u.To is not null && u.From != u.To && !Edges[u.From].Contains(u.To, StringComparer.Ordinal)).Select(u => u.Line).Distinct(StringComparer.Ordinal));

    [Fact]
    public void The_edges_make_no_cycle()
    {
        HashSet<string> settled = new(StringComparer.Ordinal);
        while (Edges.Keys.FirstOrDefault(m => !settled.Contains(m) && Edges[m].All(settled.Contains)) is { } next) settled.Add(next);
        Assert.Equal(Edges.Keys.Order(StringComparer.Ordinal), settled.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Modules_use_only_each_others_public_types() =>
        Assert.Empty(Uses().Where(u => u.From is not null && u.To is not null && u.From != u.To && u.Target.Visibility is Visibility.Internal or Visibility.Private).Select(u => u.Line).Distinct(StringComparer.Ordinal));

    [Fact]
    public void Platform_knows_no_module() =>
        Assert.Empty(Uses().Where(u => u.Origin.FullName.StartsWith("Qijian.Platform.", StringComparison.Ordinal) && u.To is not null).Select(u => u.Line).Distinct(StringComparer.Ordinal));

    [Fact]
    public void Modules_locate_no_services() =>
        Assert.Empty(Uses().Where(u => u.From is not null && u.Target.FullName is "Microsoft.Extensions.DependencyInjection.IServiceScopeFactory").Select(u => u.Line).Distinct(StringComparer.Ordinal));

    // Database drivers bring sockets of their own, checked at start (Regions); what we write has one way out. A probe looks at its own site on this machine.
    [Fact]
    public void Only_the_gate_opens_connections()
    {
        var gate = Directory.GetFiles(Path.Combine(Repository, "src/Qijian/Modules/Privacy/Egress"), "*.cs").SelectMany(f => TypeName().Matches(File.ReadAllText(f))).Select(m => $"Qijian.Modules.Privacy.{m.Groups["name"].Value}").ToHashSet(StringComparer.Ordinal);
        var users = Uses().Where(u => Network().IsMatch(u.Target.FullName)).Select(u => u.Origin.FullName.Split('+', '/', '<')[0]).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("Qijian.Modules.Privacy.HttpSender", users);
        Assert.Contains("Qijian.Modules.Privacy.EgressNetwork", users);
        Assert.Equal(["Qijian.Modules.Privacy.ProbeWorld"], users.Where(user => !gate.Contains(user)));
    }

    [Fact]
    public void The_engine_is_pure()
    {
        var references = typeof(Normalizer).Assembly.GetReferencedAssemblies().Select(a => a.Name!).ToList();
        Assert.Contains("System.Runtime", references);
        Assert.DoesNotContain(references, r => r.StartsWith("Microsoft.", StringComparison.Ordinal) || r.StartsWith("qijian", StringComparison.OrdinalIgnoreCase) || r.Contains("Sql", StringComparison.Ordinal) || r.StartsWith("System.Net", StringComparison.Ordinal));
    }

    [Fact]
    public void Neither_database_has_pending_changes()
    {
        using var sqlite = new SqliteDesign().CreateDbContext([]);
        using var postgres = new PostgresDesign().CreateDbContext([]);
        Assert.All((AppDb[])[sqlite, postgres], db => Assert.False(db.Database.HasPendingModelChanges()));
    }

    [Fact]
    public void Every_table_carries_its_modules_name()
    {
        using var db = new SqliteDesign().CreateDbContext([]);
        var tables = db.Model.GetEntityTypes().Select(e => e.GetTableName()!).ToList();
        Assert.NotEmpty(tables);
        Assert.All(tables, t => Assert.Contains(t.Split('_')[0], Edges.Keys, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Both_languages_have_the_same_texts()
    {
        var modules = Directory.GetDirectories(Path.Combine(Repository, "src/Qijian/Modules")).Where(m => File.Exists(Path.Combine(m, "Text.resx"))).ToList();
        Assert.NotEmpty(modules);
        Assert.All(modules, m => Assert.Equal(Keys(Path.Combine(m, "Text.resx")), Keys(Path.Combine(m, "Text.en.resx"))));

        static IEnumerable<string> Keys(string file) => DataName().Matches(File.ReadAllText(file)).Select(k => k.Groups["key"].Value).Order(StringComparer.Ordinal);
    }

    internal static string Repository { get; } = FindRepository(AppContext.BaseDirectory);

    private static string FindRepository(string folder) => File.Exists(Path.Combine(folder, "Qijian.slnx")) ? folder : FindRepository(Path.GetDirectoryName(folder)!);

    private static IEnumerable<(IType Origin, IType Target, string? From, string? To, string Line)> Uses() =>
        from type in Code.Types
        from use in type.Dependencies
        select (type, use.Target, ModuleOf(type), ModuleOf(use.Target), $"{type.FullName} uses {use.Target.FullName}");

    // Razor compiles Modules/Registry/Pages/Company.cshtml to AspNetCoreGeneratedDocument.Modules_Registry_Pages_Company.
    private static string? ModuleOf(IType type) => ModuleName().Match(type.FullName) is { Success: true } m ? m.Groups["module"].Value : null;

    [GeneratedRegex("^(?:Qijian\\.Modules\\.|AspNetCoreGeneratedDocument\\.Modules_)(?!_)(?<module>[A-Z][A-Za-z]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModuleName();

    [GeneratedRegex(@"\b(?:class|record|interface|struct|enum) (?<name>[A-Z]\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^System\.Net\.(Http\.(?!Headers\.|HttpMethod$)|Sockets\.(?!AddressFamily$)|Mail\.|WebSockets\.|Quic\.|NetworkInformation\.|Security\.SslStream|Dns$|(Http|File|Ftp)?WebRequest|WebClient)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Network();

    [GeneratedRegex("<data name=\"(?<key>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DataName();
}
