namespace Qijian.Engine.Identifiers;

/// <summary>A section of the industrial classification GB/T 4754-2017. The finer levels are a table that an operator imports.</summary>
/// <param name="Code">A to T.</param>
public sealed record Industry(char Code, string Name, string English)
{
    /// <summary>All sections, in the order of their letters.</summary>
    public static readonly IReadOnlyList<Industry> Sections =
    [
        new('A', "农、林、牧、渔业", "Agriculture, forestry and fishing"), new('B', "采矿业", "Mining"), new('C', "制造业", "Manufacturing"),
        new('D', "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"), new('E', "建筑业", "Construction"), new('F', "批发和零售业", "Wholesale and retail"),
        new('G', "交通运输、仓储和邮政业", "Transport, storage and post"), new('H', "住宿和餐饮业", "Hotels and catering"), new('I', "信息传输、软件和信息技术服务业", "Information technology"),
        new('J', "金融业", "Finance"), new('K', "房地产业", "Real estate"), new('L', "租赁和商务服务业", "Leasing and business services"),
        new('M', "科学研究和技术服务业", "Research and technical services"), new('N', "水利、环境和公共设施管理业", "Water, environment and public facilities"),
        new('O', "居民服务、修理和其他服务业", "Household services and repair"), new('P', "教育", "Education"), new('Q', "卫生和社会工作", "Health and social work"),
        new('R', "文化、体育和娱乐业", "Culture, sport and entertainment"), new('S', "公共管理、社会保障和社会组织", "Public administration"), new('T', "国际组织", "International organisations"),
    ];

    /// <summary>The section of a text such as <c>I65 软件和信息技术服务业</c>, <c>I</c> or a section's name; null where it names none.</summary>
    public static Industry? Find(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text[0] is >= 'A' and <= 'T' && (text.Length == 1 || char.IsAsciiDigit(text[1]))) return Sections[text[0] - 'A'];
        return Sections.FirstOrDefault(s => text == s.Name || string.Equals(text, s.English, StringComparison.OrdinalIgnoreCase));
    }
}
