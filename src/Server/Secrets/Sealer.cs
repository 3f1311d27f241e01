using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ComfyFunc.Engine;

namespace ComfyFunc.Server.Secrets;

/// <summary>
/// Seals texts that must not lie in storage in clear (AES-256-GCM). A sealed text opens only for the purpose and the owner that it was
/// sealed for. The nonce is a keyed hash of all three, so the same text sealed again is the same sealed text: rows change only when
/// something does.
/// </summary>
public sealed class Sealer(SecretKey secret)
{
    private const string Version = "v1.";

    private static int NonceBytes => AesGcm.NonceByteSizes.MaxSize;

    private static int TagBytes => AesGcm.TagByteSizes.MaxSize;

    public async ValueTask<string> SealAsync(SealedFor use, string text, CancellationToken cancellationToken)
    {
        var key = await secret.GetAsync(cancellationToken);
        var plain = Encoding.UTF8.GetBytes(text);
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = box.AsSpan(0, NonceBytes);
        NonceOf(key, use, plain).CopyTo(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), use.ToBytes());
        return Version + Base64Url.EncodeToString(box);
    }

    /// <returns>The text, or <see langword="null"/> when it was sealed under another key, for something else, or was tampered
    /// with.</returns>
    public async ValueTask<string?> OpenAsync(SealedFor use, string sealedText, CancellationToken cancellationToken)
    {
        var key = await secret.GetAsync(cancellationToken);
        if (!sealedText.StartsWith(Version, StringComparison.Ordinal)
            || !Base64Url.IsValid(sealedText.AsSpan(Version.Length), out var length) || length < NonceBytes + TagBytes)
        {
            return null;
        }

        var box = Base64Url.DecodeFromChars(sealedText.AsSpan(Version.Length));
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length),
                plain, use.ToBytes());
            return Encoding.UTF8.GetString(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> NonceOf(byte[] key, SealedFor use, byte[] plain)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256,
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, SecretKey.Bytes, info: "nonce"u8.ToArray()));
        hash.AppendData(use.ToBytes());
        hash.AppendData([0]);
        hash.AppendData(plain);
        return hash.GetHashAndReset().AsSpan(0, NonceBytes);
    }
}

/// <summary>What a text is sealed for: it opens for nothing else.</summary>
/// <param name="Owner">Whose it is: the id or name of what it is kept with.</param>
public readonly record struct SealedFor(string Purpose, string Owner)
{
    public static SealedFor HostDoor(HostId host) => new("host-door", host.Value);

    public static SealedFor ExtraData(string owner) => new("extra-data", owner);

    /// <summary>Neither part has a line break in it.</summary>
    internal byte[] ToBytes() => Encoding.UTF8.GetBytes($"{Purpose}\n{Owner}");
}
