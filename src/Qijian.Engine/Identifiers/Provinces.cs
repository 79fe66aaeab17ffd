using System.Diagnostics.CodeAnalysis;
using Qijian.Engine.Text;

namespace Qijian.Engine.Identifiers;

/// <summary>A division of the first level: province, municipality, autonomous or special administrative region.</summary>
/// <param name="Code">Two digits of GB/T 2260.</param>
/// <param name="ShortName">北京.</param>
/// <param name="FullName">北京市.</param>
/// <param name="EnglishName">Beijing.</param>
public sealed record Province(string Code, string ShortName, string FullName, string EnglishName)
{
    /// <summary>Finds a province by its code, its short, full or English name, in any width, script or case. O(1).</summary>
    public static bool TryMatch(string? text, [NotNullWhen(true)] out Province? province)
    {
        province = null;
        return text is not null && Provinces.Names.TryGetValue(Normalizer.Key(text), out province);
    }
}

/// <summary>All 34 provinces.</summary>
public static class Provinces
{
    /// <summary>In the order of their codes.</summary>
    public static IReadOnlyList<Province> All { get; } =
    [
        new("11", "北京", "北京市", "Beijing"),
        new("12", "天津", "天津市", "Tianjin"),
        new("13", "河北", "河北省", "Hebei"),
        new("14", "山西", "山西省", "Shanxi"),
        new("15", "内蒙古", "内蒙古自治区", "Inner Mongolia"),
        new("21", "辽宁", "辽宁省", "Liaoning"),
        new("22", "吉林", "吉林省", "Jilin"),
        new("23", "黑龙江", "黑龙江省", "Heilongjiang"),
        new("31", "上海", "上海市", "Shanghai"),
        new("32", "江苏", "江苏省", "Jiangsu"),
        new("33", "浙江", "浙江省", "Zhejiang"),
        new("34", "安徽", "安徽省", "Anhui"),
        new("35", "福建", "福建省", "Fujian"),
        new("36", "江西", "江西省", "Jiangxi"),
        new("37", "山东", "山东省", "Shandong"),
        new("41", "河南", "河南省", "Henan"),
        new("42", "湖北", "湖北省", "Hubei"),
        new("43", "湖南", "湖南省", "Hunan"),
        new("44", "广东", "广东省", "Guangdong"),
        new("45", "广西", "广西壮族自治区", "Guangxi"),
        new("46", "海南", "海南省", "Hainan"),
        new("50", "重庆", "重庆市", "Chongqing"),
        new("51", "四川", "四川省", "Sichuan"),
        new("52", "贵州", "贵州省", "Guizhou"),
        new("53", "云南", "云南省", "Yunnan"),
        new("54", "西藏", "西藏自治区", "Tibet"),
        new("61", "陕西", "陕西省", "Shaanxi"),
        new("62", "甘肃", "甘肃省", "Gansu"),
        new("63", "青海", "青海省", "Qinghai"),
        new("64", "宁夏", "宁夏回族自治区", "Ningxia"),
        new("65", "新疆", "新疆维吾尔自治区", "Xinjiang"),
        new("71", "台湾", "台湾省", "Taiwan"),
        new("81", "香港", "香港特别行政区", "Hong Kong"),
        new("82", "澳门", "澳门特别行政区", "Macao"),
    ];

    private static readonly Dictionary<string, Province> ByCode = All.ToDictionary(p => p.Code, StringComparer.Ordinal);

    internal static Dictionary<string, Province> Names { get; } = All
        .SelectMany(p => new[] { p.Code, p.ShortName, p.FullName, p.EnglishName }.Select(n => (Key: Normalizer.Key(n), p)))
        .Append((Normalizer.Key("Xizang"), ByCode["54"])).Append((Normalizer.Key("Macau"), ByCode["82"]))
        .ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal);

    /// <summary>The province with this code of two digits, or null.</summary>
    public static Province? Find(string code2) => ByCode.GetValueOrDefault(code2);
}
