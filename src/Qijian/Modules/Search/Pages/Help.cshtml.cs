using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Engine.Search;

namespace Qijian.Modules.Search;

/// <summary>What may be typed; the fields are those that the parser knows.</summary>
internal sealed class HelpModel : PageModel
{
    public static IEnumerable<(string What, string[] Examples)> Ways =>
    [
        (Text.HelpNames, ["中国石油化工股份有限公司", "中石化", "平安銀行", "（上海）網絡", "Ping An Bank"]), (Text.HelpPinyin, ["zhongguopingan", "payh"]),
        (Text.HelpCodes, ["91110000", "600028"]), (Text.HelpPeople, ["王伟"]), (Text.HelpTexts, ["预包装食品", "中关村大街"]),
    ];

    public static IEnumerable<(string What, string[] Examples)> Operators =>
    [
        (Text.HelpExact, ["\"科技发展\""]), (Text.HelpWithout, ["餐饮 -火锅", "科技 -\"科技发展\""]), (Text.HelpField, ["经营范围:软件", "scope:软件 -province:北京", "person:王伟", "status:存续"]),
    ];

    public static IEnumerable<(string Label, IReadOnlyList<string> Words)> Fields => QueryText.FieldWords.Select(f => (f.Facet is { } facet ? FacetTable.Find(facet)!.Label(new()) : LabelOf(f.Field), f.Words));

    private static string LabelOf(QueryField field) => field switch
    {
        QueryField.Name => Text.FieldOfName, QueryField.Former => Text.FieldOfFormer, QueryField.Other => Text.FieldOfOther, QueryField.Person => Text.FieldOfPerson,
        QueryField.Code => Text.FieldOfCode, QueryField.Scope => Text.FieldOfScope, QueryField.Address => Text.FieldOfAddress, _ => "",
    };
}
