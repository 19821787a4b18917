using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Freehold.Tests.Hosting;

public sealed class ServiceManagerTests
{
    [Fact]
    public async Task Systemd_is_told_when_the_server_answers_and_when_it_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is Linux's");
        var stop = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("freehold-notify-").FullName;
        try
        {
            var path = Path.Combine(folder, "notify");
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            manager.Bind(new UnixDomainSocketEndPoint(path));
            var model = Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf");
            using var server = Process.Start(Executable.Start(["serve", model, "--port", "0", "--context", "256"], new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = path, ["FREEHOLD_DATA"] = folder }))!;
            try
            {
                Assert.Equal("READY=1", await ReceiveAsync(manager, stop));
                Assert.Contains("Listening on", await server.StandardOutput.ReadLineAsync(stop), StringComparison.Ordinal);
                using (var kill = Process.Start("kill", ["-TERM", server.Id.ToString(CultureInfo.InvariantCulture)]))
                    await kill.WaitForExitAsync(stop);
                Assert.Equal("STOPPING=1", await ReceiveAsync(manager, stop));
                await server.WaitForExitAsync(stop);
                Assert.Equal(0, server.ExitCode);
            }
            finally
            {
                if (!server.HasExited)
                    server.Kill(entireProcessTree: true);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token));
    }
}
