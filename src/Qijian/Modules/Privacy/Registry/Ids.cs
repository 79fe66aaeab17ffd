namespace Qijian.Modules.Privacy;

// The identifiers that policy/registry declares. Their values are generated from it when the project is built
// (RegistryIds.targets): Purpose.SiteSecurity, Category.NetworkAddress, CategoryId.NetworkAddress for tags.

/// <summary>What personal data is used for.</summary>
public readonly partial record struct Purpose(string Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>A kind of personal data.</summary>
public readonly partial record struct Category(string Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>Who receives personal data from us.</summary>
public readonly partial record struct Recipient(string Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>A function of the site.</summary>
public readonly partial record struct Feature(string Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>A text that is sent or shown to one person.</summary>
public readonly partial record struct MessageTemplate(string Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>The ids of categories, as tags name them.</summary>
public static partial class CategoryId;
