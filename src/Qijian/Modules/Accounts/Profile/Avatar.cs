using SkiaSharp;

namespace Qijian.Modules.Accounts;

/// <summary>
/// Makes a picture of our own from one that was uploaded: a square JPEG without anything of the file but its pixels, so that neither
/// places, names nor hidden programs in it get any further.
/// </summary>
internal class Avatar
{
    internal const int MostBytes = 5 << 20, Side = 256;
    private const long MostPixels = 25_000_000;
    private const int Quality = 85;

    private static readonly Lock OneAtATime = new(); // unpacked they are large

    /// <summary>Null where it is no picture of a known format, or one that unpacks to too much.</summary>
    public virtual byte[]? FromUpload(ReadOnlySpan<byte> file)
    {
        lock (OneAtATime) return Make(file);
    }

    private static byte[]? Make(ReadOnlySpan<byte> file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Gif)) return null;
        if (codec.Info is { Width: var width, Height: var height } && (width < 1 || height < 1 || (long)width * height > MostPixels)) return null;
        using SKBitmap whole = new(codec.Info.WithColorType(SKColorType.Rgba8888).WithAlphaType(SKAlphaType.Premul));
        if (codec.GetPixels(whole.Info, whole.GetPixels()) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput)) return null;
        using SKBitmap square = new(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (SKCanvas canvas = new(square))
        using (var image = SKImage.FromBitmap(whole))
        {
            canvas.Clear(SKColors.White);
            Upright(canvas, codec.EncodedOrigin);
            float side = Math.Min(width, height);
            canvas.DrawImage(image, SKRect.Create((width - side) / 2, (height - side) / 2, side, side), SKRect.Create(Side, Side), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        using var made = square.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return made.ToArray();
    }

    // Cameras lay pictures on their side and say so in what is dropped here.
    private static void Upright(SKCanvas canvas, SKEncodedOrigin origin)
    {
        var (turn, mirrored) = origin switch
        {
            SKEncodedOrigin.TopRight => (0, true), SKEncodedOrigin.BottomRight => (180, false), SKEncodedOrigin.BottomLeft => (180, true), SKEncodedOrigin.LeftTop => (90, true),
            SKEncodedOrigin.RightTop => (90, false), SKEncodedOrigin.RightBottom => (270, true), SKEncodedOrigin.LeftBottom => (270, false), _ => (0, false),
        };
        const float Middle = Side / 2f;
        canvas.RotateDegrees(turn, Middle, Middle);
        if (mirrored) canvas.Scale(-1, 1, Middle, Middle);
    }
}
