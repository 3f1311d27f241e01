using System.Text;
using ComfyFunc.Server.Startup;
using ComfyFunc.Standalone;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Tests.Standalone;

/// <summary>
/// What is wrong with settings, word for word: a setting that cannot be read stops the start, and is never taken for another.
/// </summary>
public class BadSettingsTests
{
    private const string Key = "0123456789012345678901234567";
    private const string Time = "a time such as 00:10:00 (hours, minutes, seconds) or 7.00:00:00 (days before them)";
    private const string Url = "a URL that begins with http:// or https://";
    private const string Name =
        "1 to 100 letters, digits, spaces, dots, dashes and underscores, beginning and ending with a letter or digit";

    /// <summary>Settings, one in a line, and every line that is said of them.</summary>
    public static TheoryData<string, string> Bad { get; } = new()
    {
        // Names.
        { "ComfyFunc:Calers:0:Key=x", "ComfyFunc:Calers is no setting. Did you mean 'Callers'?" },
        { "ComfyFunc:calers:0:Key=x", "ComfyFunc:calers is no setting. Did you mean 'Callers'?" },
        { "ComfyFunc:Retension=7.00:00:00", "ComfyFunc:Retension is no setting. Did you mean 'Retention'?" },
        { "ComfyFunc:Answers:Waits=1", "ComfyFunc:Answers:Waits is no setting. Did you mean 'Wait'?" },
        { "ComfyFunc:Answers:Format=Url", "ComfyFunc:Answers:Format is no setting. ComfyFunc:Answers has Wait, Output, Return." },
        { "ComfyFunc:Health:MaxFailure=2", "ComfyFunc:Health:MaxFailure is no setting. Did you mean 'MaxFailures'?" },
        { "ComfyFunc:Health:MinFailedWorks=2",
            "ComfyFunc:Health:MinFailedWorks is no setting. ComfyFunc:Health has MaxFailures, MaxLosses, FirstRest, StuckRest, "
                + "LongestRest, ZombieAfter, StuckAfter." },
        { "ComfyFunc:EventGrid:Endpont=https://a", "ComfyFunc:EventGrid:Endpont is no setting. Did you mean 'Endpoint'?" },
        { "ComfyFunc:AllowPrivateInputUrl=true", "ComfyFunc:AllowPrivateInputUrl is no setting. Did you mean 'AllowPrivateInputUrls'?" },
        { "ComfyFunc:Answers_Wait=1", "ComfyFunc:Answers_Wait is no setting. " + Members },
        { "ComfyFunc:AsksForKeys=true", "ComfyFunc:AsksForKeys is no setting. " + Members },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:0:Rol=Admin",
            "ComfyFunc:Callers:0:Rol is no setting. Did you mean 'Role'?" },
        { $"ComfyFunc:Callers:0:Clients=a\nComfyFunc:Callers:0:Key={Key}",
            "ComfyFunc:Callers:0:Clients is no setting. Did you mean 'Client'?\nComfyFunc:Callers:0:Client is missing, and is needed." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:0:Slot=3",
            "ComfyFunc:Hosts:0:Slot is no setting. Did you mean 'Slots'?" },
        { "ComfyFunc:Quotas:0:RunPerMinute=3", "ComfyFunc:Quotas:0:RunPerMinute is no setting. Did you mean 'RunsPerMinute'?" },
        { "Storage:ConectionString=x", "Storage:ConectionString is no setting. Did you mean 'ConnectionString'?" },
        { "Storage:Account=x", "Storage:Account is no setting. " + StorageMembers },
        { "ComfyFunk:Callers:0:Key=x", "ComfyFunk is no section. Did you mean 'ComfyFunc'?" },
        { "ComfyFunc_Callers:0:Key=x", "ComfyFunc_Callers is no section. Did you mean 'ComfyFunc'?" },
        { "Storge:AccountName=x", "Storge is no section. Did you mean 'Storage'?" },

        // Words of a few.
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:0:Role=King",
            "ComfyFunc:Callers:0:Role is 'King', but must be Host, Run, Author or Admin." },
        { $"comfyfunc:callers:0:client=a\ncomfyfunc:callers:0:key={Key}\ncomfyfunc:callers:0:role=King",
            "ComfyFunc:Callers:0:Role is 'King', but must be Host, Run, Author or Admin." },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:0:Role=3",
            "ComfyFunc:Callers:0:Role is '3', but must be Host, Run, Author or Admin." },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:0:Role=Run,Admin",
            "ComfyFunc:Callers:0:Role is 'Run,Admin', but must be Host, Run, Author or Admin." },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:0:Role=None",
            "ComfyFunc:Callers:0:Role is 'None', but must be Host, Run, Author or Admin." },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:0:Role=",
            "ComfyFunc:Callers:0:Role is empty, but must be Host, Run, Author or Admin." },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key=Run\nComfyFunc:Callers:0:Role={Key}",
            "ComfyFunc:Callers:0:Role must be Host, Run, Author or Admin.\nComfyFunc:Callers:0:Key must have 24 characters or more." },
        { "ComfyFunc:Answers:Output=Base46", "ComfyFunc:Answers:Output is 'Base46', but must be Url or Base64." },
        { "ComfyFunc:Answers:Output=1", "ComfyFunc:Answers:Output is '1', but must be Url or Base64." },
        { "ComfyFunc:Answers:Return=Minimum", "ComfyFunc:Answers:Return is 'Minimum', but must be Representation or Minimal." },

        // Numbers.
        { "ComfyFunc:Answers:Wait=many", "ComfyFunc:Answers:Wait is 'many', but must be a whole number from 0 to 220." },
        { "ComfyFunc:Answers:Wait=221", "ComfyFunc:Answers:Wait is '221', but must be a whole number from 0 to 220." },
        { "ComfyFunc:Answers:Wait=-1", "ComfyFunc:Answers:Wait is '-1', but must be a whole number from 0 to 220." },
        { "ComfyFunc:Answers:Wait=0x10", "ComfyFunc:Answers:Wait is '0x10', but must be a whole number from 0 to 220." },
        { "ComfyFunc:Answers:Wait=1.5", "ComfyFunc:Answers:Wait is '1.5', but must be a whole number from 0 to 220." },
        { "ComfyFunc:Answers:Wait=", "ComfyFunc:Answers:Wait is empty, but must be a whole number from 0 to 220." },
        { "ComfyFunc:MaxQueued=10,000", "ComfyFunc:MaxQueued is '10,000', but must be a whole number from 1 to 1000000." },
        { "ComfyFunc:MaxQueued=0", "ComfyFunc:MaxQueued is '0', but must be a whole number from 1 to 1000000." },
        { "ComfyFunc:MaxBodyBytes=64MB", "ComfyFunc:MaxBodyBytes is '64MB', but must be a whole number from 1024 to 2147483648." },
        { "ComfyFunc:MaxBodyBytes=100", "ComfyFunc:MaxBodyBytes is '100', but must be a whole number from 1024 to 2147483648." },
        { "ComfyFunc:MaxInputBytes=-5", "ComfyFunc:MaxInputBytes is '-5', but must be a whole number from 1024 to 1099511627776." },
        { "ComfyFunc:MaxBatch=2000", "ComfyFunc:MaxBatch is '2000', but must be a whole number from 1 to 1024." },
        { "ComfyFunc:MaxOutputBytes=99999999999999999999",
            "ComfyFunc:MaxOutputBytes is '99999999999999999999', but must be a whole number from 1024 to 4398046511104." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:0:Slots=two",
            "ComfyFunc:Hosts:0:Slots is 'two', but must be a whole number from 1 to 64." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:0:Slots=65",
            "ComfyFunc:Hosts:0:Slots is '65', but must be a whole number from 1 to 64." },
        { "ComfyFunc:Quotas:0:RunsPerMinute=many",
            "ComfyFunc:Quotas:0:RunsPerMinute is 'many', but must be a whole number from 1 to 1000000." },
        { "ComfyFunc:Quotas:0:OpenRuns=0", "ComfyFunc:Quotas:0:OpenRuns is '0', but must be a whole number from 1 to 1000000." },
        { "ComfyFunc:Quotas:0:Client=a\nComfyFunc:Quotas:0:RunsPerDay=1e3",
            "ComfyFunc:Quotas:0:RunsPerDay is '1e3', but must be a whole number from 1 to 100000000." },
        { "ComfyFunc:Health:MaxFailures=few", "ComfyFunc:Health:MaxFailures is 'few', but must be a whole number." },
        { "ComfyFunc:Health:MaxLosses=0", "ComfyFunc:Health:MaxLosses must be 1 or more." },

        // Times. .NET reads 600 as days.
        { "ComfyFunc:StartWithin=600", $"ComfyFunc:StartWithin is '600', but must be {Time}." },
        { "ComfyFunc:StartWithin=10m", $"ComfyFunc:StartWithin is '10m', but must be {Time}." },
        { "ComfyFunc:StartWithin=00:10", $"ComfyFunc:StartWithin is '00:10', but must be {Time}." },
        { "ComfyFunc:FinishWithin=24:00:00", $"ComfyFunc:FinishWithin is '24:00:00', but must be {Time}." },
        { "ComfyFunc:FinishWithin=00:60:00", $"ComfyFunc:FinishWithin is '00:60:00', but must be {Time}." },
        { "ComfyFunc:FinishWithin=-00:01:00", $"ComfyFunc:FinishWithin is '-00:01:00', but must be {Time}." },
        { "ComfyFunc:Retention=00:00:00", "ComfyFunc:Retention must be longer than nothing." },
        { "ComfyFunc:Health:FirstRest=soon", $"ComfyFunc:Health:FirstRest is 'soon', but must be {Time}." },
        { "ComfyFunc:Health:FirstRest=00:00:00", "ComfyFunc:Health:FirstRest must be longer than nothing." },
        { "ComfyFunc:UrlLifetime= ", $"ComfyFunc:UrlLifetime is empty, but must be {Time}." },

        // Yes and no.
        { "ComfyFunc:TrustEasyAuth=yes", "ComfyFunc:TrustEasyAuth is 'yes', but must be true or false." },
        { "ComfyFunc:TrustEasyAuth=1", "ComfyFunc:TrustEasyAuth is '1', but must be true or false." },
        { "ComfyFunc:SignLinks=on", "ComfyFunc:SignLinks is 'on', but must be true or false." },
        { "ComfyFunc:AllowPrivateWebhooks=", "ComfyFunc:AllowPrivateWebhooks is empty, but must be true or false." },
        { "AllowAnonymous=maybe", "AllowAnonymous is 'maybe', but must be true or false." },

        // Addresses, without what they may hide.
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=gpu:8188", $"ComfyFunc:Hosts:0:Url is 'gpu:8188', but must be {Url}." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=/gpu", $"ComfyFunc:Hosts:0:Url is '/gpu', but must be {Url}." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=ftp://user:word@gpu", $"ComfyFunc:Hosts:0:Url must be {Url}." },
        { "ComfyFunc:Hosts:0:Id=a", "ComfyFunc:Hosts:0:Url is missing, and is needed." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=", "ComfyFunc:Hosts:0:Url is missing, and is needed." },
        { "ComfyFunc:EventGrid:Endpoint=topic", $"ComfyFunc:EventGrid:Endpoint is 'topic', but must be {Url}." },
        { "Storage:BlobServiceUri=account\nStorage:TableServiceUri=https://a.table.core.windows.net",
            $"Storage:BlobServiceUri is 'account', but must be {Url}." },
        { "urls=foo", "urls is 'foo', but must be an address such as http://localhost:7071." },
        { "urls=localhost:7071", "urls is 'localhost:7071', but must be an address such as http://localhost:7071." },
        { "urls=ftp://localhost:7071", "urls is 'ftp://localhost:7071', but must be an address such as http://localhost:7071." },
        { "urls=http://localhost:70710", "urls is 'http://localhost:70710', but a port is a number up to 65535." },
        { "urls=http://localhost:7071/api",
            "urls is 'http://localhost:7071/api', but must be an address such as http://localhost:7071, without a path." },
        { "urls=http://localhost:0", "urls is 'http://localhost:0', but a port is only chosen for an address: http://127.0.0.1:0." },
        { "urls=http://localhost:7071;bar", "urls is 'bar', but must be an address such as http://localhost:7071." },
        { "urls=", "urls is empty, but must be some text." },
        { "Kestrel:Endpoints:Web:Url=nowhere",
            "Kestrel:Endpoints:Web:Url is 'nowhere', but must be an address such as http://localhost:7071." },
        { "Kestrel:Endpoints:Web:Protocols=Http1",
            "Kestrel:Endpoints:Web:Url is empty, but must be an address such as http://localhost:7071." },
        { "Data=", "Data is empty, but must be some text." },
        { "MaxDataBytes=some", "MaxDataBytes is 'some', but must be a whole number from 16777216 to 1000000000000000." },

        // Names and keys.
        { $"ComfyFunc:Callers:0:Client=a/b\nComfyFunc:Callers:0:Key={Key}", $"ComfyFunc:Callers:0:Client must be {Name}." },
        { $"ComfyFunc:Callers:0:Client=\nComfyFunc:Callers:0:Key={Key}", "ComfyFunc:Callers:0:Client is empty, but must be some text." },
        { "ComfyFunc:Callers:0:Client=a", "ComfyFunc:Callers:0:Key is missing, and is needed." },
        { "ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key=", "ComfyFunc:Callers:0:Key is empty, but must be some text." },
        { "ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key=short", "ComfyFunc:Callers:0:Key must have 24 characters or more." },
        { $"ComfyFunc:Callers:0:Client=a\nComfyFunc:Callers:0:Key={Key}\nComfyFunc:Callers:1:Client=b\nComfyFunc:Callers:1:Key={Key}",
            "ComfyFunc:Callers:1:Key is that of Callers:0 too." },
        { "ComfyFunc:Hosts:0:Id=a/b\nComfyFunc:Hosts:0:Url=http://a", $"ComfyFunc:Hosts:0:Id must be {Name}." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:1:Id=b\nComfyFunc:Hosts:1:Url=http://A:80/",
            "ComfyFunc:Hosts:1:Url is that of the host 'a'." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:0:Headers:Content-Length=5",
            "ComfyFunc:Hosts:0:Headers:Content-Length cannot be sent: The name of a header is letters, digits and dashes, and not one "
                + "that describes a body." },
        { "ComfyFunc:SecretsKey=c2hvcnQ=", "ComfyFunc:SecretsKey must be the base64 of 32 bytes." },
        { "Storage:AccountName=My_Account",
            "Storage:AccountName cannot be used. AccountName must be 3 to 24 lower-case letters and digits." },
        { "Storage:Container=UPPER",
            "Storage:Container cannot be used. Container must be 3 to 63 lower-case letters, digits and single hyphens." },
        { "Storage:Container=", "Storage:Container is empty, but must be some text." },
        { "Storage:TablePrefix=1x",
            "Storage:TablePrefix cannot be used. TablePrefix must be up to 40 letters and digits and begin with a letter." },
        { "Storage:ConnectionString=nonsense", $"Storage:ConnectionString cannot be used. {Connection}" },
        { "Storage:ConnectionString=AccountName=a;AccountKey=no!base64", $"Storage:ConnectionString cannot be used. {Connection}" },
        { "Storage:ConnectionString=UseDevelopmentStorage=true\nStorage:AccountName=abc",
            "Storage:ConnectionString cannot be used. Storage needs either a ConnectionString, or an AccountName, or a BlobServiceUri and "
                + "a TableServiceUri." },

        // Shapes.
        { "ComfyFunc:Callers=x", "ComfyFunc:Callers cannot be one value; it is a list: set ComfyFunc:Callers:0 and so on." },
        { "ComfyFunc:Answers=220", "ComfyFunc:Answers cannot be one value; Answers has members: Wait, Output, Return." },
        { "ComfyFunc:StartWithin:Minutes=10", $"ComfyFunc:StartWithin has members, but must be {Time}." },
        { $"ComfyFunc:Callers:O:Client=a\nComfyFunc:Callers:O:Key={Key}",
            "ComfyFunc:Callers:O is no setting: ComfyFunc:Callers is a list, whose elements are numbered from 0." },
        { $"ComfyFunc:Callers:Client=a\nComfyFunc:Callers:Key={Key}",
            "ComfyFunc:Callers:Client is no setting: ComfyFunc:Callers is a list, whose elements are numbered from "
                + "0.\nComfyFunc:Callers:Key is no setting: ComfyFunc:Callers is a list, whose elements are numbered from 0." },
        { "ComfyFunc:Callers:0=admin", "ComfyFunc:Callers:0 is one value, but must have members: Client, Key, Role, Workflows, Hosts." },
        { "ComfyFunc:PublicUrl=comfy.example.com",
            "ComfyFunc:PublicUrl is 'comfy.example.com', but must be a URL that begins with http:// or https://." },
        { "ComfyFunc:PublicUrl=https://user@comfy.example.com",
            "ComfyFunc:PublicUrl must be the http or https address of this server, such as https://comfy.example.com, without user, query "
                + "and fragment." },
        { "ComfyFunc:PublicURL=https://comfy.example.com?key=x",
            "ComfyFunc:PublicUrl must be the http or https address of this server, such as https://comfy.example.com, without user, query "
                + "and fragment." },
        { "ComfyFunc:TrustedProxies:0=nginx",
            "ComfyFunc:TrustedProxies:0 must be an address such as 10.0.0.4 or a network such as 10.0.0.0/8, not 'nginx'." },
        { "ComfyFunc:TrustedProxies:0=10.0.0.0/40",
            "ComfyFunc:TrustedProxies:0 must be an address such as 10.0.0.4 or a network such as 10.0.0.0/8, not '10.0.0.0/40'." },
        { "ComfyFunc:AllowedHosts:0=https://comfy.example.com",
            "ComfyFunc:AllowedHosts:0 must be a name such as comfy.example.com or *.example.com, without scheme and port and as requests "
                + "spell it (xn--…), not 'https://comfy.example.com'." },
        { "ComfyFunc:AllowedHosts:0=*.bücher.example",
            "ComfyFunc:AllowedHosts:0 must be a name such as comfy.example.com or *.example.com, without scheme and port and as requests "
                + "spell it (xn--…), not '*.bücher.example'." },
        { "ComfyFunc:Cors:Origins:0=app.example.com",
            "ComfyFunc:Cors:Origins:0 must be a scheme, a name and perhaps a port, such as https://app.example.com or "
                + "https://*.example.com, not 'app.example.com'." },
        { "ComfyFunc:Cors:Origins:0=https://app.example.com/",
            "ComfyFunc:Cors:Origins:0 must be a scheme, a name and perhaps a port, such as https://app.example.com or "
                + "https://*.example.com, not 'https://app.example.com/'." },
        { "ComfyFunc:Cors:Origins:0=*",
            "ComfyFunc:Cors:Origins has *, but no callers are configured: every web page could act as whoever opens it." },
        { "ComfyFunc:Cors:Origin=https://app.example.com", "ComfyFunc:Cors:Origin is no setting. Did you mean 'Origins'?" },
        { "ComfyFunc:Callers:0=", "ComfyFunc:Callers:0 is empty, but must have members: Client, Key, Role, Workflows, Hosts." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:0:Labels=gpu",
            "ComfyFunc:Hosts:0:Labels cannot be one value; it holds names: set ComfyFunc:Hosts:0:Labels:{name}." },
        { "ComfyFunc:Hosts:0:Id=a\nComfyFunc:Hosts:0:Url=http://a\nComfyFunc:Hosts:0:Headers:X:Y=1",
            "ComfyFunc:Hosts:0:Headers:X has members, but must be some text." },

        // Numbers of elements stay those of the settings; every fault is said at once.
        { $"ComfyFunc:Callers:3:Client=a\nComfyFunc:Callers:3:Key=short\nComfyFunc:Callers:7:Client=b\nComfyFunc:Callers:7:Key={Key}\nComfyFunc:Callers:7:Role=Boss", "ComfyFunc:Callers:7:Role is 'Boss', but must be Host, Run, Author or Admin.\nComfyFunc:Callers:3:Key must have 24 characters or more." },
        { $"urls=foo\nStorge:X=1\nStorage:Container=UPPER\nComfyFunc:MaxBatch=0\nComfyFunc:Retension=1",
            "urls is 'foo', but must be an address such as http://localhost:7071.\nStorge is no section. Did you mean "
                + "'Storage'?\nStorage:Container cannot be used. Container must be 3 to 63 lower-case letters, digits and single "
                + "hyphens.\nComfyFunc:MaxBatch is '0', but must be a whole number from 1 to 1024.\nComfyFunc:Retension is no setting. "
                + "Did you mean 'Retention'?" },
    };

    public static TheoryData<string> Good { get; } = new()
    {
        "",
        "ComfyFunc:Answers:Wait=220\nComfyFunc:Answers:Output=base64\nComfyFunc:Answers:Return=MINIMAL",
        $"COMFYFUNC:CALLERS:0:CLIENT=a\nCOMFYFUNC:CALLERS:0:KEY={Key}\nCOMFYFUNC:CALLERS:0:ROLE=admin",
        $"ComfyFunc:Callers:4:Client=a\nComfyFunc:Callers:4:Key={Key}",
        "ComfyFunc:Hosts:0:Id=gpu "
            + "1\nComfyFunc:Hosts:0:Url=https://user:word@gpu:8188/comfy?token=x\nComfyFunc:Hosts:0:Labels:pool=a\nComfyFunc:Hosts:0:Headers:X-Key=a\nComfyFunc:Hosts:0:WarmUp=txt2img",
        "ComfyFunc:Quotas:0:RunsPerMinute=\nComfyFunc:SecretsKey=\nComfyFunc:EventGrid:Endpoint=\nComfyFunc:SignLinks=",
        "ComfyFunc:StartWithin=1.02:03:04.5\nComfyFunc:ReuseResultsFor=00:00:00\nComfyFunc:Health:ZombieAfter=0:00:30",
        "ComfyFunc:Callers=\nComfyFunc:Hosts=",
        "Storage:ConnectionString=UseDevelopmentStorage=true\nStorage:Container=abc\nStorage:TablePrefix=Abc1",
        "Storage:AccountName=account1\nStorage:ManagedIdentityClientId=x",
        "Storage:BlobServiceUri=https://a.blob.core.windows.net\nStorage:TableServiceUri=https://a.table.core.windows.net",
        "urls=http://localhost:1;https://[::1]:2\nData=/tmp/x\nMaxDataBytes=100000000\nAllowAnonymous=TRUE",
        "Logging:LogLevel:Default=Debug\nKestrel:Endpoints:Web:Url=http://127.0.0.1:0\nOther:Section:Of=others\nCOMFYUI=1\nComfyFuncish=1",
    };

    private const string Members =
        "ComfyFunc has Hosts, SecretsKey, Callers, TrustEasyAuth, Quotas, UsageRetention, SignLinks, PublicUrl, SyncWorkflows, Links, TrustedProxies, "
            + "AllowedHosts, Cors, Answers, StartWithin, FinishWithin, MaxQueued, Health, ScaleTarget, ForgetHostsAfter, Retention, "
            + "ReuseResultsFor, UrlLifetime, MaxBodyBytes, MaxInputBytes, MaxUploadBytes, MaxBatch, MaxInputPixels, MaxOutputBytes, EventGrid, "
            + "AllowPrivateInputUrls, AllowPrivateWebhooks.";
    private const string StorageMembers =
        "Storage has ConnectionString, AccountName, BlobServiceUri, TableServiceUri, ManagedIdentityClientId, EndpointSuffix, Container, "
            + "TablePrefix.";
    private const string Connection =
        "ConnectionString is what the portal shows, such as AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, or "
            + "UseDevelopmentStorage=true.";

    [Theory]
    [MemberData(nameof(Bad))]
    public void Every_fault_is_said_in_a_line_that_names_its_setting(string settings, string lines) => Assert.Equal(lines, Said(settings));

    [Theory]
    [MemberData(nameof(Good))]
    public void What_can_be_read_is_taken(string settings) => Assert.Equal("", Said(settings));

    [Fact]
    public void What_can_be_read_is_what_was_set()
    {
        var read = StartSettings.Read(Configuration($"""
            comfyfunc:callers:2:client=a
            comfyfunc:callers:2:key={Key}
            comfyfunc:callers:2:role=admin
            ComfyFunc:Hosts:0:Id=gpu
            ComfyFunc:Hosts:0:Url=http://gpu:8188
            ComfyFunc:Hosts:0:Labels:pool=big
            ComfyFunc:Answers:Wait=7
            ComfyFunc:Health:StuckAfter=00:00:09
            ComfyFunc:Retention=3.00:00:00
            Storage:AccountName=abc
            urls=http://127.0.0.1:5
            AllowAnonymous=true
            """));

        var (caller, host) = (Assert.Single(read.ComfyFunc.Callers), Assert.Single(read.ComfyFunc.Hosts));
        Assert.Equal(("a", Key, ComfyFunc.Server.Settings.Role.Admin), (caller.Client, caller.Key, caller.Role));
        Assert.Equal(("gpu", "http://gpu:8188/", "big"), (host.Id, host.Url!.AbsoluteUri, host.Labels["pool"]));
        Assert.Equal((7, TimeSpan.FromSeconds(9), TimeSpan.FromDays(3)),
            (read.ComfyFunc.Answers.Wait, read.ComfyFunc.Health.StuckAfter, read.ComfyFunc.Retention));
        Assert.Equal(("abc", "http://127.0.0.1:5", true), (read.Storage.AccountName, read.Own.Urls, read.Own.AllowAnonymous));
    }

    [Theory]
    [InlineData("""{"ComfyFunc":{"Callers":[],"Answers":{},"SecretsKey":null,"Hosts":[{"Id":"a","Url":"http://a","Headers":{}}]}}""", "")]
    [InlineData("""{"ComfyFunc":{"Callers":[{}]}}""", "ComfyFunc:Callers:0 is empty, but must have members: Client, Key, Role, Workflows, Hosts.")]
    [InlineData("""{"ComfyFunc":{"Callers":[null]}}""",
        "ComfyFunc:Callers:0 is empty, but must have members: Client, Key, Role, Workflows, Hosts.")]
    [InlineData("""{"ComfyFunc":{"Answers":{"Wait":null}}}""",
        "ComfyFunc:Answers:Wait is empty, but must be a whole number from 0 to 220.")]
    [InlineData("""{"ComfyFunc":{"Answers":{"Wait":true}}}""",
        "ComfyFunc:Answers:Wait is 'True', but must be a whole number from 0 to 220.")]
    [InlineData("""{"ComfyFunc":{"StartWithin":600}}""", $"ComfyFunc:StartWithin is '600', but must be {Time}.")]
    [InlineData("""{"ComfyFunc":{"Hosts":{"gpu":{"Id":"a"}}}}""",
        "ComfyFunc:Hosts:gpu is no setting: ComfyFunc:Hosts is a list, whose elements are numbered from 0.")]
    public void Json_is_read_as_strictly(string json, string lines) =>
        Assert.Equal(lines, Said(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build()));

    [Fact]
    public void No_secret_is_repeated()
    {
        const string Secret = "supersecretsupersecret";
        var said = Said($"""
            ComfyFunc:Callers:0:Client={Secret}/
            ComfyFunc:Callers:0:Key=s3cr3t
            ComfyFunc:Callers:0:Role={Secret}
            ComfyFunc:SecretsKey={Secret}
            ComfyFunc:Hosts:0:Id=a
            ComfyFunc:Hosts:0:Url=htp://user:{Secret}@gpu
            ComfyFunc:Hosts:0:Headers:Authorization={Secret}é
            ComfyFunc:EventGrid:Keys={Secret}
            ComfyFunc:EventGrid:Endpoint=topic?key={Secret}
            Storage:ConnectionString=AccountKey={Secret}
            """);

        Assert.Equal(9, said.Split('\n').Length);
        Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", said, StringComparison.Ordinal);
    }

    private static string Said(string settings) => Said(Configuration(settings));

    private static string Said(IConfiguration configuration)
    {
        try
        {
            StartSettings.Read(configuration);
            return "";
        }
        catch (SettingsException e)
        {
            return string.Join('\n', e.Faults);
        }
    }

    private static IConfigurationRoot Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2))
            .Select(p => KeyValuePair.Create(p[0], (string?)p[1]))).Build();
}
