using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Qijian.Modules.Privacy;

/// <summary>One place where data lies or passes that the registry does not know, by name, and what to do.</summary>
internal sealed record Finding(string Place, string Problem)
{
    public override string ToString() => $"{Place}: {Problem}";
}

/// <summary>
/// Every place that can hold a text, compared with the registry: columns by their tags; what passes through the interface, lies
/// packed in a column, is indexed or logged by fields.yaml. What is not known there fails the test run, by name.
/// </summary>
internal sealed partial class Census(ProcessingRegistry registry)
{
    /// <summary>Columns: tagged, of a known category, sealed unless a reason is given, with a person to whom they belong.</summary>
    public IEnumerable<Finding> Columns(IModel model)
    {
        foreach (var entity in model.GetEntityTypes().Where(e => e.GetTableName() is not null))
        {
            foreach (var column in entity.GetProperties())
            {
                var place = $"{entity.GetTableName()}.{column.GetColumnName()}";
                var (personal, not) = TagsOf(column);
                if (personal is null && not is null)
                {
                    if (HoldsText(column.ClrType)) yield return new(place, "没有标记 / has no tag: add [Personal(CategoryId.…)] or [NotPersonal(\"why\")].");
                    continue;
                }

                if (personal is null) continue;
                if (not is not null) yield return new(place, "两种标记 / has both tags: keep one.");
                if (!registry.Categories.TryGetValue(personal.Category, out var category))
                {
                    yield return new(place, $"类别 / category “{personal.Category}” 未登记 / is not in categories.yaml.");
                    continue;
                }

                if (column.ClrType != typeof(Sealed) && string.IsNullOrWhiteSpace(personal.Waiver)) yield return new(place, "未加密也无理由 / is neither Sealed nor has a Waiver that says why.");
                if (personal.Waiver is null && SubjectOf(entity) is null) yield return new(place, "表中没有 Subject 列 / stands in a table without a Subject column: whose is it?");
                if (personal.Waiver is null && TaggedTables.StartOf(entity) is null) yield return new(place, "表中没有起算时间 / stands in a table without a [RetentionStart] column: when does its time begin?");
                if (personal.Retention is { } rule && !registry.Retention.ContainsKey(rule)) yield return new(place, $"保存规则 / retention “{rule}” 未登记 / is not in retention.yaml.");
            }
        }
    }

    /// <summary>What the interface takes and gives: every property of every type that a route or page binds or answers with.</summary>
    public IEnumerable<Finding> Interface(IEnumerable<Endpoint> endpoints, Assembly assembly)
    {
        HashSet<Type> types = [];
        foreach (var endpoint in endpoints)
        {
            foreach (var type in endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Select(m => m.Type).Concat(endpoint.Metadata.OfType<IAcceptsMetadata>().Select(m => m.RequestType)).OfType<Type>()) Reach(type);
            if (endpoint.Metadata.GetMetadata<MethodInfo>() is { } handler) foreach (var parameter in handler.GetParameters().Where(p => !p.ParameterType.IsInterface && p.GetCustomAttribute<FromServicesAttribute>() is null && p.GetCustomAttribute<AsParametersAttribute>() is not null)) Reach(parameter.ParameterType);
        }

        foreach (var type in types.OrderBy(t => t.Name, StringComparer.Ordinal))
            foreach (var finding in Compare("dto", NameOf(type), type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && p.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always }).Select(p => p.Name), type.Assembly == assembly ? type : null)) yield return finding;

        foreach (var page in assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(PageModel))).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var bound = page.GetProperties().Where(p => p.GetCustomAttribute<BindPropertyAttribute>() is not null).SelectMany(p => Own(p.PropertyType) ? p.PropertyType.GetProperties().Select(q => q.Name) : [p.Name])
                .Concat(page.GetMethods().Where(m => m.Name.StartsWith("On", StringComparison.Ordinal) && m.DeclaringType == page).SelectMany(m => m.GetParameters()).Where(p => p.ParameterType != typeof(CancellationToken) && !p.ParameterType.IsInterface).SelectMany(p => Own(p.ParameterType) ? p.ParameterType.GetProperties().Where(q => q.SetMethod is not null).Select(q => q.Name) : [p.Name!]))
                .Distinct(StringComparer.Ordinal).ToList();
            if (bound.Count > 0) foreach (var finding in Compare("form", page.Name, bound)) yield return finding;
        }

        bool Own(Type type) => type.Assembly == assembly && !type.IsEnum;

        void Reach(Type type)
        {
            if (type.IsArray) { Reach(type.GetElementType()!); return; }
            foreach (var argument in type.GetGenericArguments()) Reach(argument);
            if (!Own(type) || type.IsAssignableTo(typeof(Delegate)) || !types.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type)) return;
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0)) Reach(property.PropertyType);
        }
    }

    /// <summary>What is logged: the places in the words of every [LoggerMessage] method, but those whose parameter is tagged, and the parts of a line of the request log.</summary>
    public IEnumerable<Finding> Logs(Assembly assembly) => Compare("log", "log", assembly.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
        .Where(m => m.GetCustomAttribute<LoggerMessageAttribute>() is not null)
        .SelectMany(m => LogPlace().Matches(m.GetCustomAttribute<LoggerMessageAttribute>()!.Message).Select(p => p.Groups["name"].Value)
            .Where(name => Array.Find(m.GetParameters(), p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))?.GetCustomAttribute<PersonalAttribute>() is null))
        .Concat(ServiceLog.RequestParts));

    /// <summary>Names that another kind of store has: fields of an index, paths of packed JSON.</summary>
    public IEnumerable<Finding> Store(string kind, string id, IEnumerable<string> names) => Compare(kind, id, names);

    private IEnumerable<Finding> Compare(string kind, string id, IEnumerable<string> names, Type? type = null)
    {
        var known = registry.Fields.TryGetValue(id, out var entry) && string.Equals(entry.Kind, kind, StringComparison.Ordinal) ? entry : null;
        var present = names.ToHashSet(StringComparer.Ordinal);
        foreach (var name in present)
        {
            var tag = type?.GetProperty(name)?.GetCustomAttribute<PersonalAttribute>()?.Category ?? type?.GetConstructors().SelectMany(c => c.GetParameters()).FirstOrDefault(p => p.Name == name)?.GetCustomAttribute<PersonalAttribute>()?.Category;
            if (known?.CategoryOf(name) is not { } category) yield return new($"{id}.{name}", $"未登记 / is not in fields.yaml: add it to “{id}” ({kind}) with its category, or none.");
            else if (tag is not null && tag != category) yield return new($"{id}.{name}", $"标记 / is tagged “{tag}”，登记 / registered “{category}”.");
        }

        if (known is not null) foreach (var name in known.Fields.Values.SelectMany(n => n).Where(n => !present.Contains(n))) yield return new($"{id}.{name}", "已登记而不存在 / is registered but is not there: remove it from fields.yaml.");
    }

    /// <summary>The tag of a column, on its property.</summary>
    internal static (PersonalAttribute? Personal, NotPersonalAttribute? Not) TagsOf(IProperty column) =>
        column.PropertyInfo is { } property ? (property.GetCustomAttribute<PersonalAttribute>(), property.GetCustomAttribute<NotPersonalAttribute>()) : (null, null);

    internal static IProperty? SubjectOf(IEntityType entity) => entity.GetProperties().FirstOrDefault(p => p.ClrType == typeof(Subject));

    private static bool HoldsText(Type type) => type == typeof(string) || type == typeof(byte[]) || type == typeof(Sealed) || (type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable)));

    [GeneratedRegex("\\{(?<name>[A-Za-z]+)[^}]*\\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LogPlace();

    private static string NameOf(Type type) => type.IsGenericType ? type.Name.Split('`')[0] : type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
}
