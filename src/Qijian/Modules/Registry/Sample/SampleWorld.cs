using System.Globalization;
using Qijian.Engine.Identifiers;
using static Qijian.Modules.Registry.SampleRegister;
using static Qijian.Modules.Registry.SampleWords;

namespace Qijian.Modules.Registry;

/// <summary>
/// Makes up the companies of the sample and how they hang together: the showcase, groups (chains, some with loops), and ordinary
/// companies with their branches. Neither clock nor culture nor floating point has a part in it.
/// </summary>
internal sealed class SampleWorld
{
    private const int Percent = 10_000; // of the million parts of a company
    private static readonly DateOnly LastDay = new(2025, 12, 31);

    private readonly Dice dice = new(20_250_101);
    private readonly List<SampleCompany> all = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private SampleCompany hub = null!, secondHub = null!;
    private int groups, listed = 1;

    /// <summary>So many companies, the showcase first.</summary>
    public IEnumerable<SampleCompany> Companies(int count)
    {
        AddShowcase();
        while (all.Count < count / 4) AddGroup();
        while (all.Count < count)
        {
            if (dice.Percent(6)) AddBranch();
            else AddOrdinary();
        }

        for (var i = 0; i < Math.Min(count, all.Count); i++)
        {
            Complete(all[i], i);
            yield return all[i];
        }
    }

    private void AddShowcase()
    {
        var technology = Of("I65");
        var parent = Add(Showcase.Parent, In("南京"), Holding, Showcase.ParentCode, 2003, 20_000);
        var company = Add(Showcase.Company, In("南京"), technology, Showcase.CompanyCode, 2010, 1850);
        (all[0], all[1]) = (company, parent);
        (company.Born, company.OperatingTo, company.PaidCapital, company.Address) = (new(2010, 3, 3), new(2040, 3, 2), "1000万人民币", "江苏省南京市示例区示例大道88号");
        Own("周文澜", parent, 60 * Percent);
        Own("周若川", parent, 40 * Percent);
        parent.Controllers = [new("person", "周文澜")];
        Own("林思远", company, 40 * Percent);
        Own(parent, company, 35 * Percent);
        company.Owners!.Add(new("unknown", null, null));
        company.Owners.Add(new("person", "许嘉宁", null) { Percent = "25", From = company.Born, To = new(2016, 5, 9) });
        company.EnglishName = "Xinghai Example Technology Co., Ltd.";
        company.ShortName = ["星海示例", "星海科技示例"];
        company.PreviousNames =
        [
            new("南京星海示例软件有限公司", company.Born, new(2013, 7, 1)), new("星海示例信息技术有限公司", new(2013, 7, 1), new(2018, 4, 12)), new("星海示例网络有限公司", null, null),
        ];
        company.RegistrationNumber = NumberOf(company.Place, 1);
        company.Website = "https://xinghai.example";
        company.LegalRepresentative = "林思远";
        company.Officers =
        [
            new("林思远", "董事长", company.Born), new("周若川", "董事", new(2012, 1, 16)), new("曾雨桐", "总经理", new(2019, 6, 3)),
            new("单志平", "监事", company.Born), new("许嘉宁", "总经理", company.Born, new(2019, 6, 3)),
        ];
        company.Controllers = [new("person", "林思远")];
        company.Changes =
        [
            new(new(2013, 7, 1), "名称变更", "南京星海示例软件有限公司", "星海示例信息技术有限公司"),
            new(new(2016, 5, 9), "投资人（股权）变更", "林思远、许嘉宁、" + Showcase.Parent, "林思远、" + Showcase.Parent),
            new(new(2018, 4, 12), "名称变更", "星海示例信息技术有限公司", Showcase.Company),
            new(new(2019, 6, 3), "注册资本变更", "1000万人民币", "1850万人民币"),
            new(new(2021, 9, 27), "住所变更", "江苏省南京市示例区示例路1号", "江苏省南京市示例区示例大道88号"),
        ];
        company.Penalties =
        [
            new(new(2017, 3, 20), "宁示例罚〔2017〕12号", "南京市示例市场监督管理局", "发布虚假广告", "罚款", "20000元人民币", new(2020, 3, 20)),
            new(new(2025, 8, 4), "宁示例罚〔2025〕7号", "南京市示例市场监督管理局", "未按规定公示年度报告", "警告", null, new(2028, 8, 4)),
        ];
        company.AbnormalListings = [new(new(2016, 7, 8), AbnormalReasons[0], "南京市示例市场监督管理局", new(2016, 9, 1))];

        Own(company, Add(Showcase.Subsidiary, In("上海"), technology, Showcase.SubsidiaryCode, 2015, 500), 100 * Percent);
        Add(Showcase.Branch, In("重庆"), technology, Showcase.BranchCode, 2017).Parent = new(company.Name, company.CreditCode);

        var one = Add(Showcase.CrossOne, In("杭州"), Of("J67"), Showcase.CrossOneCode, 2006, 5000);
        var two = Add(Showcase.CrossTwo, In("杭州"), Of("C34"), Showcase.CrossTwoCode, 2008, 8000);
        Own(one, two, 30 * Percent);
        Own(two, one, 20 * Percent);
        Own("沈若溪", one, 80 * Percent);
        Own("沈若溪", two, 10 * Percent);
        Own("尉迟明", two, 60 * Percent);

        SampleCompany[] cycle =
        [
            Add(Showcase.CycleOne, In("长沙"), Of("K70"), Showcase.CycleOneCode, 2001, 10_000), Add(Showcase.CycleTwo, In("长沙"), Of("E48"), Showcase.CycleTwoCode, 2004, 6000),
            Add(Showcase.CycleThree, In("长沙"), Of("F51"), Showcase.CycleThreeCode, 2009, 1000),
        ];
        Own(cycle[0], cycle[1], 60 * Percent);
        Own(cycle[1], cycle[2], 60 * Percent);
        Own(cycle[2], cycle[0], 25 * Percent);
        Own("邓云鹏", cycle[0], 75 * Percent);
        Own("盖秀芳", cycle[1], 40 * Percent);
        Own("缪建军", cycle[2], 40 * Percent);

        hub = Add(Showcase.Hub, In("合肥"), Holding, Showcase.HubCode, 1994, 2_000_000);
        secondHub = Add(Showcase.SecondHub, In("广州"), Holding, Showcase.SecondHubCode, 1999, 1_500_000);
        Own("江淮示例国有资产监督管理委员会", hub, 100 * Percent, "company");
        Own("岭南示例国有资产监督管理委员会", secondHub, 90 * Percent, "company");
        Own(hub, secondHub, 10 * Percent);

        var whale = Add(Showcase.Listed, In("深圳"), technology, Showcase.ListedCode, 2000, 88_888.8888m);
        Float(whale, "云鲸示例", "Yunjing Example Co., Ltd.", Showcase.ListedStock);
        Own(secondHub, whale, 18 * Percent + 7500);
        Own("欧阳海", whale, 12 * Percent + 3456);
        whale.Controllers = [new("person", "欧阳海")];

        Own("江梓航", Add(Showcase.WrongCheck, In("厦门"), Of("F51"), Showcase.WrongCheckCode, 2012, 160), 100 * Percent);

        var top = Add(Showcase.ChainTop, In("广州"), Holding, Showcase.ChainTopCode, 1998, 50_000);
        Own(Showcase.ChainOwner, top, 60 * Percent);
        Own("顾雪川", top, 40 * Percent);
        top.Controllers = [new("person", Showcase.ChainOwner)];
        (string, int, string?)[] chain =
        [
            ("松岭示例投资有限公司", 80 * Percent, null), ("松岭示例产业发展有限公司", 75 * Percent, null), ("松岭示例能源有限公司", 70 * Percent, null),
            ("松岭示例新能源有限公司", 90 * Percent, null), (Showcase.ChainBottom, 666_667, Showcase.ChainBottomCode),
        ];
        foreach (var (name, share, code) in chain)
        {
            var next = Add(name, In("广州"), Of("D44"), code, top.Born.Year + 3, 10_000);
            Own(top, next, share);
            Own(Person(), next, next.Left);
            top = next;
        }

        var ranges = Add(Showcase.Ranges, In("南京"), Of("C27"), Showcase.RangesCode, 2016, 3000);
        OwnRange("范佳禾", ranges, 25, 50);
        OwnRange("华一鸣", ranges, 25, 50);
        var traditional = Add(Showcase.Traditional, In("珠海"), Of("F51"), Showcase.TraditionalCode, 1996, 100);
        traditional.Currency = "港元";
        Own("鄭國樑", traditional, 100 * Percent);
        Own("唐宇轩", Add(Showcase.Latin, In("北京"), technology, Showcase.LatinCode, 2021, 300), 100 * Percent);
        var chongqing = Add(Showcase.Chongqing, In("重庆"), Of("H62"), Showcase.ChongqingCode, 2014, 50);
        var luan = Add(Showcase.Luan, In("六安"), Of("A01"), Showcase.LuanCode, 2011, 21.6m);
        foreach (var name in (string[])["单志勇", "解秀兰", "查晓峰"]) Own(name, chongqing, 333_333);
        foreach (var name in (string[])["曾立禾", "仇海燕", "乐云飞"]) Own(name, luan, 333_333);
        var (logistics, media) = (Add(Showcase.NamesakeOne, In("济南"), Of("G54"), Showcase.NamesakeOneCode, 2007, 800), Add(Showcase.NamesakeTwo, In("西安"), Of("R87"), Showcase.NamesakeTwoCode, 2018, 200));
        Own(Showcase.Namesake, logistics, 70 * Percent);
        Own("孔红梅", logistics, 30 * Percent);
        Own(Showcase.Namesake, media, 60 * Percent);
        Own("朴静", media, 40 * Percent);

        var gone = Add(Showcase.Deregistered, In("潍坊"), Of("F52"), Showcase.DeregisteredCode, 2009, 30);
        Own("侯敏", gone, 100 * Percent);
        (gone.Status, gone.DeregisteredOn) = ("注销", new(2019, 11, 22));

        var old = Add(Showcase.NumberOnly, In("乐山"), Of("C14"), null, 1987, 12);
        (old.CreditCode, old.RegistrationNumber, old.Status, old.RevokedOn, old.LegalForm) = (null, Showcase.NumberOnlyNumber, "吊销", new(2008, 10, 30), "集体所有制");
        all.ForEach(c => c.Settled = true);
    }

    // A holding company and what it owns on two to six levels; every third group has a loop back to its head, every other a listed member.
    private void AddGroup()
    {
        var number = groups++;
        var (brand, pinyin) = Brand();
        var place = dice.Pick(Places);
        var head = Add(NewName(brand, place, Holding, "有限公司"), place, Holding, born: dice.Next(1985, 2010), amount: Amount(6));
        head.EnglishName = $"{pinyin} Example Holdings Co., Ltd.";
        var levels = dice.Next(1, 5);
        List<(SampleCompany Company, int Level)> members = [(head, 0)];
        for (var left = dice.Next(levels, 24); left > 0; left--)
        {
            // First one chain down to the lowest level, then anywhere above it.
            var (owner, level) = members.Count <= levels ? members[^1] : dice.Pick(members);
            if (level == levels) (owner, level) = members[0];
            var floats = members.Count == 2 && number % 2 == 0;
            var (where, activity) = (dice.Percent(50) ? place : dice.Pick(Places), dice.Pick(Activities));
            var company = Add(NewName(brand, where, activity, floats ? "股份有限公司" : "有限公司"), where, activity, born: Math.Min(2024, owner.Born.Year + dice.Next(5)), amount: Amount(floats ? 6 : 2));
            if (floats) Float(company, $"{brand}示例", $"{pinyin} Example {activity.English} Co., Ltd.", string.Create(CultureInfo.InvariantCulture, $"990{++listed:000}.{dice.Pick(["SZ", "SH", "BJ"])}"));
            Own(owner, company, floats ? dice.Next(20, 50) * Percent + dice.Next(9999) : dice.Pick([100, 100, 100, 90, 80, 70, 67, 60, 55, 51, 51, 45, 40]) * Percent);
            members.Add((company, level + 1));
        }

        if (number % 3 == 0 && levels > 1) Own(members[dice.Next(1, 2)].Company, head, dice.Next(5, 20) * Percent); // a cross-holding or a loop of three
        if (number % 5 == 1) Own(hub, head, dice.Next(20, 60) * Percent);
        var founder = Person();
        Own(founder, head, dice.Percent(30) ? head.Left : head.Left / Percent * 6 / 10 * Percent);
        if (number % 5 != 1) head.Controllers = [new("person", founder)];
        foreach (var (company, _) in members)
            if (company.StockCode is not null) company.Controllers = head.Controllers ?? [new("company", hub.Name, hub.CreditCode)];
    }

    private void AddOrdinary()
    {
        var number = all.Count;
        var (place, activity, kind) = (dice.Pick(Places), dice.Pick(Activities), dice.Next(100));
        var (brand, pinyin) = kind switch { 0 => dice.Pick(Traditional), 1 or 2 => dice.Pick(Polyphonic), 3 => (dice.Pick(Latin), "X"), _ => Brand() };
        if (kind == 0) activity = activity with { Words = TraditionalWords };
        var form = kind switch { 4 or 5 => "合伙企业（有限合伙）", 6 or 7 or 8 => "股份有限公司", 9 => "有限责任公司", _ => "有限公司" };
        if (kind is 4 or 5) activity = Of("J67") with { Words = ["股权投资", "创业投资", "企业管理"] };
        var company = Add(NewName(brand, place, activity, form), place, activity, born: 2025 - Math.Min(dice.Next(41), dice.Next(41)), amount: Amount(kind is > 3 and < 9 ? 4 : 0));
        if (kind > 90) company.EnglishName = $"{pinyin} Example {activity.English} Co., Ltd.";
        if (kind > 85) company.Website = $"https://{pinyin.ToLowerInvariant()}{number}.example";
        if (kind is 10 or 11 or 12) company.Currency = dice.Pick(["美元", "美元", "港元", "欧元"]);
        company.Status = dice.Next(1000) switch
        {
            < 830 => "存续", < 915 => "注销", < 965 => "吊销", < 975 => "迁出", < 980 => "清算中", < 986 => "停业", < 990 => "撤销", < 994 => "设立中", < 997 => "其他", _ => "存续",
        };
        if (number % 16 == 3) Own(hub, company, dice.Next(5, 60) * Percent);
        if (number % 40 == 7) Own(secondHub, company, dice.Next(5, 40) * Percent);
        if (number % 80 == 11) Own(Showcase.Magnate, company, dice.Next(30, 40) * Percent);
        if (dice.Percent(14) && all[dice.Next(all.Count - 1)] is { Parent: null, CreditCode: not null, Status: "存续" } owner) Own(owner, company, dice.Next(10, 40) * Percent);
    }

    private void AddBranch()
    {
        var parent = all[dice.Next(all.Count)];
        var place = dice.Pick(Places);
        var name = $"{parent.Name}{place.City}分公司";
        if (parent.Parent is not null || !parent.Name.EndsWith("有限公司", StringComparison.Ordinal) || names.Contains(name)) return;
        var branch = Add(name, place, parent.Activity, born: Math.Min(2025, parent.Born.Year + dice.Next(8)));
        if (branch.Born < parent.Born) branch.Born = parent.Born;
        branch.Parent = new(parent.Name, parent.CreditCode);
        branch.Status = parent.Status is "存续" && dice.Percent(85) ? "存续" : "注销";
    }

    private SampleCompany Add(string name, SamplePlace place, SampleActivity activity, string? code = null, int born = 2015, decimal amount = 0)
    {
        names.Add(name);
        SampleCompany company = new()
        {
            Name = name, Place = place, Activity = activity, Amount = amount, Born = new DateOnly(born, 1, 1).AddDays(dice.Next(365)),
            Industry = activity.Division, Province = place.Province.ShortName, City = place.City, District = "示例区", Registrar = $"{place.City}市示例市场监督管理局",
        };
        company.CreditCode = code ?? CodeOf(place, all.Count, born);
        if (born < 2015 && dice.Percent(30)) company.RegistrationNumber = NumberOf(place, all.Count + 100);
        all.Add(company);
        return company;
    }

    private static void Float(SampleCompany company, string shortName, string english, string stock)
    {
        (company.EnglishName, company.ShortName, company.StockCode) = (english, [shortName], stock);
        company.Website = $"https://{stock[..6]}.example";
    }

    private static void Own(SampleCompany owner, SampleCompany asset, int share) =>
        AddOwner(new("company", owner.Name, owner.CreditCode) { SubscribedAt = owner.Born > asset.Born ? owner.Born : asset.Born }, asset, share);

    private void Own(string owner, SampleCompany asset, int share, string type = "person") =>
        AddOwner(new(type, owner, null) { SubscribedAt = asset.Born, From = dice.OneIn(3) ? asset.Born : null }, asset, share);

    private static void AddOwner(SampleOwner owner, SampleCompany asset, int share)
    {
        share = Math.Min(share, asset.Left);
        if (share == 0 || asset.Owners?.Exists(o => string.Equals(o.Name, owner.Name, StringComparison.Ordinal)) is true) return;
        asset.Left -= share;
        var value = decimal.Round(asset.Amount * share / 1_000_000, 4);
        (asset.Owners ??= []).Add(owner with { Percent = Plain((decimal)share / Percent), SharesValue = value == 0 ? null : $"{Plain(value)}万{(asset.Currency is "人民币" ? "元" : "")}{asset.Currency}" });
    }

    private static void OwnRange(string owner, SampleCompany asset, int from, int to)
    {
        asset.Left -= from * Percent;
        (asset.Owners ??= []).Add(new("person", owner, null) { Minimum = Plain(from), Maximum = Plain(to) });
    }

    private void Complete(SampleCompany company, int index)
    {
        if (company.Status is "注销") company.DeregisteredOn ??= Day(company.Born, LastDay);
        if (company.Status is "吊销") company.RevokedOn ??= Day(company.Born, LastDay);
        if (!company.Settled) AddRemainingOwners(company);
        AddRegistration(company, index);
        AddPeople(company);
        if (index > 0) AddEvents(company);
    }

    private void AddRemainingOwners(SampleCompany company)
    {
        if (company.Parent is not null) return;
        if (dice.Percent(6)) (company.Owners ??= []).Add(new("person", Person(), null) { Percent = Plain(dice.Next(5, 60)), From = company.Born, To = DayOf(company) });
        if (company.StockCode is not null)
        {
            for (var i = 0; i < 4; i++) Own(Person(), company, dice.Next(Percent / 2, 4 * Percent));
            return; // the rest is in the market
        }

        switch (dice.Next(100))
        {
            case < 5: return; // the rest is not disclosed
            case < 8 when company.Left >= 75 * Percent: OwnRange(Person(), company, 75, 100); return;
            case < 11 when company.Left >= 50 * Percent: OwnRange(Person(), company, 25, 50); OwnRange(Person(), company, 25, 50); return;
            case < 13: (company.Owners ??= []).Add(new("unknown", null, null)); return;
            case < 15: AddOwner(new("unknown", "未披露", null), company, company.Left / 2); return;
        }

        if (company.Left == 1_000_000 && dice.OneIn(8))
        {
            for (var i = 0; i < 3; i++) Own(Person(), company, 333_333);
            return;
        }

        var grain = dice.OneIn(5) ? 1 : dice.OneIn(2) ? Percent : 5 * Percent; // registers hold round shares and odd ones
        for (var more = dice.Next(4); more > 0; more--) Own(Person(), company, company.Left / 100 * dice.Next(20, 70) / grain * grain);
        if (dice.Percent(94)) Own(Person(), company, company.Left);
    }

    private void AddRegistration(SampleCompany company, int index)
    {
        var (born, partnership, branch) = (company.Born, company.Name.Contains("合伙企业", StringComparison.Ordinal), company.Parent is not null);
        var owners = company.Owners ?? [];
        var bodies = owners.Exists(o => o.Type is "company");
        company.LegalForm ??= branch ? "有限责任公司分公司" : partnership ? "有限合伙企业"
            : company.StockCode is not null ? "股份有限公司(上市、自然人投资或控股)" : company.Name.EndsWith("股份有限公司", StringComparison.Ordinal) ? "股份有限公司(非上市、自然人投资或控股)"
            : company == hub || company == secondHub ? "有限责任公司(国有控股)" : company.Currency is not "人民币" ? "有限责任公司(外商投资、非独资)"
            : owners.Count == 1 && company.Left == 0 ? bodies ? "有限责任公司(非自然人投资或控股的法人独资)" : "有限责任公司(自然人独资)"
            : bodies ? "其他有限责任公司" : "有限责任公司(自然人投资或控股)";
        company.Address ??= $"{(company.Place.City == company.Place.Province.ShortName ? "" : company.Place.Province.FullName)}{company.Place.City}市示例区示例{dice.Pick(["路", "大道", "街", "工业园"])}{dice.Next(1, 999)}号";
        company.Scope = company.Activity.Scope + (dice.OneIn(3) ? "。（依法须经批准的项目，经相关部门批准后方可开展经营活动）" : "。");
        if (company.Status is not "设立中")
        {
            (company.FoundedOn, company.OperatingFrom, company.ApprovedOn) = (born, born, DayOf(company));
            if (dice.OneIn(3)) company.OperatingTo ??= born.AddYears(dice.Pick([10, 20, 30, 50])).AddDays(-1);
        }

        if (branch || company.Amount == 0) return;
        company.Capital = CapitalText(company.Amount, company.Currency, index == 0 ? 1 : dice.Next(4));
        if (dice.OneIn(2)) company.PaidCapital ??= CapitalText(decimal.Round(company.Amount * dice.Pick([100, 100, 100, 50, 30, 10]) / 100, 4), company.Currency, 0);
    }

    private void AddPeople(SampleCompany company)
    {
        if (company.Officers is not null) return;
        var owner = company.Owners?.Find(o => o is { Type: "person", To: null })?.Name;
        var head = owner is not null && dice.Percent(70) ? owner : Person();
        company.LegalRepresentative = head;
        if (company.LegalForm is "有限责任公司分公司" or "有限合伙企业" or "集体所有制") return;
        if (company.Amount < 3000) company.Officers = [new(head, dice.OneIn(3) ? "执行董事兼总经理" : "执行董事", company.Born), new(Person(), "监事", company.Born)];
        else company.Officers = [new(head, "董事长", company.Born), .. Offices.Select(office => new SampleOfficer(Person(), office, dice.OneIn(2) ? DayOf(company) : null)), new(Person(), "监事会主席")];
        if (!dice.Percent(10)) return;
        var (before, day) = (Person(), DayOf(company));
        company.Officers[0] = company.Officers[0] with { From = day };
        company.Officers.Add(new(before, company.Officers[0].Role, company.Born, day));
        (company.Changes ??= []).Add(new(day, "法定代表人变更", before, head));
    }

    private void AddEvents(SampleCompany company)
    {
        if (company.Parent is null && dice.Percent(8))
        {
            var (former, day) = (NewName(Brand().Hanzi, company.Place, company.Activity, "有限公司"), DayOf(company));
            var dated = dice.Percent(60);
            company.PreviousNames = [new(former, dated ? company.Born : null, dated ? day : null)];
            (company.Changes ??= []).Add(new(day, "名称变更", former, company.Name));
        }

        if (dice.Percent(25)) (company.Changes ??= []).Add(new(DayOf(company), "住所变更", $"{company.Place.City}市示例区示例路{dice.Next(1, 999)}号", company.Address!));
        if (company.Capital is { } capital && dice.Percent(12)) (company.Changes ??= []).Add(new(DayOf(company), "注册资本变更", CapitalText(decimal.Round(company.Amount / 2, 4), company.Currency, 0), capital));
        if (dice.Percent(10)) (company.Changes ??= []).Add(new(DayOf(company), "经营范围变更", company.Activity.Scope.Split('；')[0] + "。", company.Scope!));
        company.Changes = company.Changes?.OrderBy(c => c.Date).ToList();
        if (dice.Percent(4))
        {
            var (day, fine) = (DayOf(company), dice.Percent(75));
            var (result, amount, until) = (fine ? "罚款" : "警告", fine ? $"{dice.Next(1, 50) * 1000}元人民币" : null, dice.Percent(90) ? day.AddYears(dice.Pick([1, 3])) : (DateOnly?)null);
            company.Penalties = [new(day, $"示例罚〔{day.Year}〕{dice.Next(1, 400)}号", company.Registrar!, dice.Pick(PenaltyReasons), result, amount, until)];
        }

        if (dice.Percent(5))
        {
            var day = DayOf(company);
            company.AbnormalListings = [new(day, dice.Pick(AbnormalReasons), company.Registrar!, dice.Percent(60) ? Day(day, company.DeregisteredOn ?? LastDay) : null)];
        }
    }

    private (string Hanzi, string Pinyin) Brand()
    {
        var ((first, one), (second, two)) = (dice.Pick(First), dice.Pick(Second));
        if (!dice.Percent(15)) return (first + second, one + two);
        var (third, three) = dice.Pick(Second);
        return (first + second + third, one + two + three);
    }

    private string NewName(string brand, SamplePlace place, SampleActivity activity, string form)
    {
        while (true)
        {
            var word = dice.Pick(activity.Words);
            var name = dice.Next(10) switch
            {
                < 4 => $"{place.City}{brand}示例{word}{form}",
                < 7 => $"{brand}示例{word}{form}",
                7 => $"{brand}示例（{place.City}）{word}{form}",
                8 => $"{place.Province.ShortName}{brand}示例{word}{form}",
                _ => $"{brand}示例{word}（{place.City}）{form}",
            };
            if (names.Add(name)) return dice.OneIn(4) ? name.Replace('（', '(').Replace('）', ')') : name;
        }
    }

    private string Person()
    {
        // The first surnames of the list are the common ones, as in life.
        var surname = Surnames[Math.Min(dice.Next(Surnames.Length), dice.Next(Surnames.Length))];
        return surname + (dice.Percent(85) ? dice.Pick(GivenFirst) : "") + dice.Pick(GivenSecond);
    }

    private decimal Amount(int more)
    {
        var round = Capitals[Math.Min(Capitals.Length - 1, dice.Next(6) + dice.Next(6) + dice.Next(6) + dice.Next(4) + more)];
        return dice.OneIn(10) ? round + dice.Next(1, 9999) / 10_000m : round;
    }

    private DateOnly DayOf(SampleCompany company) => Day(company.Born, company.DeregisteredOn ?? LastDay);

    private DateOnly Day(DateOnly from, DateOnly to) => from.AddDays(dice.Next(0, to.DayNumber - from.DayNumber));

    private static string CapitalText(decimal amount, string currency, int style) => style switch
    {
        0 => $"{Plain(amount)}万{currency}",
        1 => string.Create(CultureInfo.InvariantCulture, $"{amount:0.0000}(万{(currency is "人民币" ? "元" : "")}{currency})"),
        2 => $"{Plain(amount)}万{(currency is "人民币" ? "元" : "")}{currency}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{amount:0.000000}万{(currency is "人民币" ? "元" : "")}{currency}"),
    };

    private static string Plain(decimal number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    // Organisation codes were digits until 2015 and begin with MA since. 7919 is prime to the range, so no two are alike.
    private static string CodeOf(SamplePlace place, int number, int born)
    {
        var organisation = born < 2015 ? string.Create(CultureInfo.InvariantCulture, $"7{number * 7919L % 10_000_000:0000000}") : string.Create(CultureInfo.InvariantCulture, $"MA{number * 7919L % 900_000 + 100_000}");
        var code = $"91{place.Region}{organisation}{CreditCode.OrganisationCheckCharacter(organisation)}";
        return code + CreditCode.CheckCharacter(code);
    }

    private static string NumberOf(SamplePlace place, int number)
    {
        var digits = string.Create(CultureInfo.InvariantCulture, $"{place.Region}{number:00000000}");
        return digits + RegistrationNumber.CheckDigit(digits);
    }

    /// <summary>SplitMix64 of our own (Steele, Lea, Flood 2014): the framework's generators may change between versions.</summary>
    private sealed class Dice(ulong seed)
    {
        private ulong state = seed;

        public int Next(int limit)
        {
            unchecked
            {
                state += 0x9E3779B97F4A7C15;
                var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
                mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
                return (int)(((mixed ^ (mixed >> 31)) >> 32) * (ulong)limit >> 32);
            }
        }

        public int Next(int least, int most) => least + Next(most - least + 1);

        public bool OneIn(int number) => Next(number) == 0;

        public bool Percent(int percent) => Next(100) < percent;

        public T Pick<T>(IReadOnlyList<T> from) => from[Next(from.Count)];
    }
}
