# Two images from one build: --target standalone (the app) and --target comfysim (a simulated ComfyUI host).
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Standalone -c Release -o /app/standalone \
 && dotnet publish src/ComfySim -c Release -o /app/comfysim

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS standalone
WORKDIR /app
COPY --from=build /app/standalone .
USER app
EXPOSE 7071
ENTRYPOINT ["dotnet", "ComfyFunc.Standalone.dll"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS comfysim
WORKDIR /app
COPY --from=build /app/comfysim .
USER app
EXPOSE 8188
ENTRYPOINT ["dotnet", "ComfyFunc.ComfySim.dll", "--host", "0.0.0.0", "--port", "8188"]
