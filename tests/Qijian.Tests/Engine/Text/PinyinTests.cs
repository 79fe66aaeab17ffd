using System.Diagnostics;
using CsCheck;
using Qijian.Engine.Text;

namespace Qijian.Tests.Engine.Text;

public sealed class PinyinTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("重庆银行", "chong qing yin hang")]
    [InlineData("重慶銀行", "chong qing yin hang")]
    [InlineData("音乐行业", "yin yue hang ye")]
    [InlineData("长江三峡", "chang jiang san xia")]
    [InlineData("董事长", "dong shi zhang")]
    [InlineData("业务增长", "ye wu zeng zhang")]
    [InlineData("大厦", "da sha")]
    [InlineData("成都朝阳", "cheng du chao yang")]
    [InlineData("女绿", "nv lv")]
    [InlineData("TCL科技3号", "tcl ke ji 3 hao")]
    [InlineData("ＡＢ公司（上海）", "ab gong si shang hai")]
    [InlineData("A-B 😀 c", "a b c")]
    [InlineData("𠮷野家", "ji ye jia")]
    [InlineData("乾元", "qian yuan")]
    [InlineData("", "")]
    public void Text_is_read_word_by_word(string text, string syllables) =>
        Assert.Equal(syllables, string.Join(' ', Pinyin.Syllables(text)));

    [Theory]
    [InlineData("重庆")]
    [InlineData("单县", "shanxian")]
    [InlineData("六安", "luan")]
    [InlineData("蚌埠", "bengbu")]
    [InlineData("厦门", "xiamen")]
    [InlineData("番禺", "panyu")]
    [InlineData("台州", "taizhou")]
    [InlineData("乐清", "yueqing")]
    [InlineData("涡阳", "guoyang")]
    [InlineData("歙县", "shexian")]
    [InlineData("洪洞", "hongtong")]
    [InlineData("宿迁", "suqian")]
    [InlineData("长沙", "changsha")]
    [InlineData("东阿", "donge")]
    [InlineData("尉犁", "yuli")]
    [InlineData("荥阳", "xingyang")]
    [InlineData("东莞", "dongguan")]
    [InlineData("乐山", "leshan")]
    [InlineData("闵行", "minhang")]
    [InlineData("调兵山", "diaobingshan")]
    public void A_place_is_read_as_its_people_read_it(string place, string full = "chongqing")
    {
        Assert.Equal(full, Pinyin.Full(place, PinyinReading.Place));
        Assert.Equal(full + "keji", Pinyin.Full(place + "科技", PinyinReading.CompanyName));
    }

    [Theory]
    [InlineData("曾国藩", "zengguofan")]
    [InlineData("单雄信", "shanxiongxin")]
    [InlineData("仇和", "qiuhe")]
    [InlineData("解缙", "xiejin")]
    [InlineData("查良镛", "zhaliangyong")]
    [InlineData("区志航", "ouzhihang")]
    [InlineData("朴正洙", "piaozhengzhu")]
    [InlineData("尉迟恭", "yuchigong")]
    [InlineData("万俟卨", "moqixie")]
    [InlineData("欧阳修", "ouyangxiu")]
    [InlineData("长孙无忌", "zhangsunwuji")]
    [InlineData("王单", "wangdan")]
    public void A_person_s_name_begins_with_a_surname(string name, string full) =>
        Assert.Equal(full, Pinyin.Full(name, PinyinReading.PersonName));

    [Theory]
    [InlineData("厦工机械", "xiagongjixie")]
    [InlineData("国贸大厦", "guomaodasha")]
    [InlineData("某某(厦门)科技", "moumouxiamenkeji")]
    [InlineData("某某模具五金行", "moumoumujuwujinhang")]
    [InlineData("藏地密码", "zangdimima")]
    [InlineData("某某旅行", "moumoulvxing")]
    [InlineData("张家港行", "zhangjiaganghang")]
    public void A_company_s_name_begins_with_a_place(string name, string full) =>
        Assert.Equal(full, Pinyin.Full(name, PinyinReading.CompanyName));

    [Theory]
    [InlineData("TCL科技", "tclkj")]
    [InlineData("重庆长安", "cqca")]
    [InlineData("中国石化", "zgsh")]
    public void Initials_are_first_letters_and_whole_latin_words(string text, string initials) =>
        Assert.Equal(initials, Pinyin.Initials(text, PinyinReading.CompanyName));

    [Fact]
    public void Any_text_is_read_and_the_forms_agree() =>
        Gen.Select(Gen.OneOf(Gen.Char, Gen.Char["重庆单县长孙乐行TCL3（）𠮷\uD840"]).Array[0, 30], Gen.Enum<PinyinReading>()).Sample((c, reading) =>
        {
            string text = new(c);
            var syllables = Pinyin.Syllables(text, reading);
            var normal = Normalizer.Normalize(text);
            Assert.Equal(string.Concat(syllables), Pinyin.Full(text, reading));
            Assert.True(Pinyin.Full(text, reading).Length <= normal.Length * Pinyin.MaxSyllable);
            Assert.True(Pinyin.Initials(text, reading).Length <= normal.Length);
            Assert.All(syllables, s => Assert.NotEqual(0, s.Length));
        }, iter: 20_000);

    [Fact]
    public void The_span_forms_allocate_nothing()
    {
        var buffer = new char[200];
        Pinyin.Full("重庆长安汽车股份有限公司", buffer, PinyinReading.CompanyName);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Pinyin.Full("重庆长安汽车股份有限公司", buffer, PinyinReading.CompanyName);
            Pinyin.Initials("重庆长安汽车股份有限公司", buffer, PinyinReading.CompanyName);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Initials_agree_with_those_of_the_exchanges()
    {
        int all = 0, equal = 0;
        List<string> wrong = [];
        foreach (var row in RealData.Csv("a-share/stock_basic_full_en_pinyin_controller.csv"))
        {
            all++;
            var ours = Pinyin.Initials(row[1], PinyinReading.CompanyName);
            if (string.Equals(ours, Normalizer.Key(row[6]), StringComparison.Ordinal)) equal++;
            else wrong.Add($"{row[1]} {row[6]} {ours}");
        }
        output.WriteLine($"{equal} of {all} = {100.0 * equal / all:F2} %");
        output.WriteLine(string.Join('\n', wrong));
        Assert.True(equal > all * 0.97);
    }

    [Fact]
    public void Real_names_are_read_fast_and_whole()
    {
        var names = RealData.Lines("cn-registry/names_dev_2952k.tsv.gz").Skip(1).Take(500_000).Select(l => Normalizer.Normalize(l[..l.IndexOf('\t', StringComparison.Ordinal)])).ToArray();
        var buffer = new char[10_000];
        Pinyin.Full(names[0], buffer, PinyinReading.CompanyName);
        var clock = Stopwatch.StartNew();
        foreach (var name in names) Pinyin.Full(name, buffer, PinyinReading.CompanyName);
        output.WriteLine($"full: {names.Length / clock.Elapsed.TotalSeconds:N0} names/s");
        clock.Restart();
        foreach (var name in names) Pinyin.Initials(name, buffer, PinyinReading.CompanyName);
        output.WriteLine($"initials: {names.Length / clock.Elapsed.TotalSeconds:N0} names/s");
        Dictionary<string, int> unread = [];
        foreach (var name in names)
        {
            foreach (var token in Pinyin.Syllables(name, PinyinReading.CompanyName))
            {
                if (token.Any(c => c >= '\u3400')) unread[token] = unread.GetValueOrDefault(token) + 1;
            }
        }
        output.WriteLine(string.Join(' ', unread.OrderByDescending(p => p.Value).Take(100)));
    }
}
