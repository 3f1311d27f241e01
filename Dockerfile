# Two images from one build: --target standalone (the app) and --target comfysim (a simulated ComfyUI host).
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# amd64 or arm64: without it the native libraries of all platforms come along, half a gigabyte.
ARG TARGETARCH
WORKDIR /source
# Packages are restored anew only when a project file changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Engine/Engine.csproj src/Engine/
COPY src/Adapters/Adapters.csproj src/Adapters/
COPY src/Server/Server.csproj src/Server/
COPY src/ComfySim/ComfySim.csproj src/ComfySim/
COPY src/Standalone/Standalone.csproj src/Standalone/
RUN dotnet restore src/Standalone -a $TARGETARCH
COPY . .
RUN dotnet publish src/Standalone -a $TARGETARCH -c Release --no-restore -o /app/standalone \
 && dotnet publish src/ComfySim -a $TARGETARCH -c Release --no-restore -o /app/comfysim

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS standalone
WORKDIR /app
COPY --from=build /app/standalone .
# The data is a volume that the user of the image may write.
RUN mkdir /data && chown app:app /data
ENV Data=/data
VOLUME /data
USER app
EXPOSE 7071
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7071 && printf 'GET /api/health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["dotnet", "ComfyFunc.Standalone.dll"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS comfysim
WORKDIR /app
COPY --from=build /app/comfysim .
USER app
EXPOSE 8188
ENTRYPOINT ["dotnet", "ComfyFunc.ComfySim.dll", "--host", "0.0.0.0", "--port", "8188"]
