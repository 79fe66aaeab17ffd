using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Microsoft.AspNetCore.Mvc;
using MiniExcelLibs;
using Format = Qijian.Modules.Shared.Format;
using Word = DocumentFormat.OpenXml.Wordprocessing.Text;

namespace Qijian.Modules.Graph;

/// <summary>A relation matrix as a workbook or a document: the list, every pair, and what may be said where nothing was found.</summary>
internal static class MatrixFile
{
    public static FileContentResult Xlsx(MatrixView found)
    {
        using MemoryStream file = new();
        file.SaveAs(new Dictionary<string, object>
        {
            [Text.PageMatrixPairs] = Sheet(Text.FilePairs.Split('|'), found.Cells.Select(c => Pair(found, c))),
            [Text.PageMatrixList] = Sheet(Text.FileList.Split('|'), found.Parties.Select((p, i) => Listed(p, i))),
            [Text.PageFromWhat] = Sheet(Text.FileNotes.Split('|'), Notes(found).Select(n => new object?[] { n.Label, n.Words })),
        });
        return new(file.ToArray(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") { FileDownloadName = $"relations-{Format.Day(found.AsOf)}.xlsx" };
    }

    public static FileContentResult Docx(MatrixView found)
    {
        using MemoryStream file = new();
        using (var document = WordprocessingDocument.Create(file, WordprocessingDocumentType.Document))
        {
            Body body = new();
            body.Append(Line(Text.PageMatrix, size: 36, bold: true));
            foreach (var (label, words) in Notes(found)) body.Append(Line($"{label}{(Language.IsEnglish ? ": " : "：")}{words}"));
            body.Append(Line(Text.PageMatrixList, size: 28, bold: true), Table(Text.FileList.Split('|'), found.Parties.Select((p, i) => Listed(p, i))));
            body.Append(Line(Text.PageMatrixPairs, size: 28, bold: true), Table(Text.FilePairs.Split('|'), found.Cells.OrderBy(c => c.Path is null).ThenBy(c => c.Path?.Hops.Count).Select(c => Pair(found, c))));
            body.Append(new Paragraph(), new SectionProperties(new PageSize { Width = 16838, Height = 11906, Orient = PageOrientationValues.Landscape }, new PageMargin { Top = 1000, Bottom = 1000, Left = 1000, Right = 1000 }));
            document.AddMainDocumentPart().Document = new(body);
        }

        return new(file.ToArray(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document") { FileDownloadName = $"relations-{Format.Day(found.AsOf)}.docx" };
    }

    private static object?[] Listed(MatrixParty party, int place) =>
        [place + 1, Clean(party.Input), Text.PageOutcomes.Split('|')[(int)party.Outcome], party.Party is { } who ? Clean(GraphWords.NameOf(who)) : Clean(string.Join("; ", party.Candidates.Select(c => $"{c.Name} {c.Id}"))), party.Party?.Id];

    private static object?[] Pair(MatrixView found, MatrixCell cell)
    {
        var (first, second) = (found.Parties[cell.First].Party!, found.Parties[cell.Second].Party!);
        var result = cell.Path is { } path ? Text.FileConnected.With(path.Hops.Count) : cell.Truncated ? Text.FileUnfinished : Text.FileNone.With(found.Request.MaxLength);
        var evidence = cell.Path?.Hops.SelectMany(h => h.Relations).Select(r => r.Filed is { Source: var s } ? $"{s.Dataset} {Format.Day(s.RetrievedAt)}" : GraphWords.BasisOf(r.Basis)).Distinct(StringComparer.Ordinal);
        return [Clean(GraphWords.NameOf(first)), first.Id, Clean(GraphWords.NameOf(second)), second.Id, result, cell.Path?.Hops.Count, cell.Path is { } way ? Clean(DrawPaths.InWords(way)) : "", evidence is null ? "" : Clean(string.Join("; ", evidence))];
    }

    /// <summary>What the answer rests on, and what it does not say.</summary>
    private static IEnumerable<(string Label, string Words)> Notes(MatrixView found)
    {
        yield return (Text.PageDay, Format.Day(found.AsOf));
        yield return (Text.PageMatrixNoneTitle, MatrixModel.NoneOf(found, found.Cells.Count(c => c.Path is null && !c.Truncated)));
        if (found.Truncated) yield return (Text.PageUnfinishedTitle, Text.PageMatrixUnfinished);
        foreach (var hub in found.Hubs) yield return (Text.PageHubs, Clean($"{GraphWords.NameOf(hub.Party)} · {Text.PageHubRelations.With(Format.Count(hub.Relations))}"));
        foreach (var source in found.Sources) yield return (Text.PageSource, Clean($"{source.Name} · {source.Publisher} · {(source.RetrievedAt is { } at ? Format.Day(at) : "–")}"));
        yield return (Text.PageFromWhat, Text.PageAbsence);
    }

    // Neither format can hold every character that a name may.
    private static string Clean(string text) => PictureText.Clean(text);

    private static List<Dictionary<string, object?>> Sheet(string[] headers, IEnumerable<object?[]> rows)
    {
        List<Dictionary<string, object?>> all = [.. rows.Select(r => headers.Zip(r).ToDictionary(h => h.First, h => h.Second, StringComparer.Ordinal))];
        return all.Count > 0 ? all : [headers.ToDictionary(h => h, _ => (object?)null, StringComparer.Ordinal)];
    }

    private static Paragraph Line(string text, int size = 20, bool bold = false)
    {
        RunProperties look = new();
        if (bold) look.Append(new Bold());
        look.Append(new FontSize { Val = size.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return new(new Run(look, new Word(text) { Space = SpaceProcessingModeValues.Preserve }));
    }

    private static Table Table(string[] headers, IEnumerable<object?[]> rows)
    {
        Table table = new(new TableProperties(
            new TableWidth { Width = "5000", Type = TableWidthUnitValues.Pct },
            new TableBorders(new TopBorder { Val = BorderValues.Single }, new LeftBorder { Val = BorderValues.Single }, new BottomBorder { Val = BorderValues.Single }, new RightBorder { Val = BorderValues.Single }, new InsideHorizontalBorder { Val = BorderValues.Single }, new InsideVerticalBorder { Val = BorderValues.Single })));
        table.Append(new TableGrid(headers.Select(_ => new GridColumn())));
        table.Append(new TableRow([new TableRowProperties(new TableHeader()), .. headers.Select(h => new TableCell(Line(h, size: 18, bold: true)))]));
        foreach (var row in rows) table.Append(new TableRow(row.Select(v => new TableCell(Line(Convert.ToString(v, System.Globalization.CultureInfo.InvariantCulture) ?? "", size: 18)))));
        return table;
    }
}
