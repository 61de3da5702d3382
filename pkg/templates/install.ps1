# Installs crosspyc @VERSION@ and crosspyc-run for this user, on Windows.
#
#     powershell -ExecutionPolicy Bypass -c "irm @DOWNLOADS@/install.ps1 | iex"
#
# CROSSPYC_INSTALL_DIR   the folder of the programs [default: %LOCALAPPDATA%\Programs\crosspyc]
# CROSSPYC_DOWNLOAD_URL  where the archives are [default: the release's page]; the checksums are those below
#
# Nothing is installed if the archive does not have the checksum of the release.

function Install-Crosspyc {
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'
    $version = '@VERSION@'
    $url = if ($env:CROSSPYC_DOWNLOAD_URL) { $env:CROSSPYC_DOWNLOAD_URL } else { '@DOWNLOADS@' }

    # A 32-bit PowerShell names the system's processor in the second variable.
    $processor = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
    switch ($processor) {
        'AMD64' {
            $triple = 'x86_64-pc-windows-msvc'
            $sum = '@SHA256:x86_64-pc-windows-msvc@'
        }
        'ARM64' {
            $triple = 'aarch64-pc-windows-msvc'
            $sum = '@SHA256:aarch64-pc-windows-msvc@'
        }
        default { throw "crosspyc: no program for $processor; with Rust: cargo install --locked crosspyc" }
    }

    $folder = if ($env:CROSSPYC_INSTALL_DIR) { $env:CROSSPYC_INSTALL_DIR } else { Join-Path $env:LOCALAPPDATA 'Programs\crosspyc' }
    $work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
    $staged = @()
    New-Item -ItemType Directory -Path $work | Out-Null
    try {
        $name = "crosspyc-$version-$triple.zip"
        $archive = Join-Path $work $name
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        Invoke-WebRequest -UseBasicParsing -Uri "$url/$name" -OutFile $archive
        $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $archive).Hash.ToLowerInvariant()
        if ($found -ne $sum) {
            throw "crosspyc: $name has the checksum $found, but the release has $sum; nothing was installed"
        }
        Expand-Archive -LiteralPath $archive -DestinationPath $work

        New-Item -ItemType Directory -Force -Path $folder | Out-Null
        foreach ($program in 'crosspyc.exe', 'crosspyc-run.exe') {
            $new = Join-Path $folder ".$program.$PID"
            $staged += $new
            Copy-Item -LiteralPath (Join-Path $work "crosspyc-$version-$triple\$program") -Destination $new
        }
        foreach ($program in 'crosspyc.exe', 'crosspyc-run.exe') {
            Move-Item -Force -LiteralPath (Join-Path $folder ".$program.$PID") -Destination (Join-Path $folder $program)
        }
    } finally {
        Remove-Item -Recurse -Force -LiteralPath $work
        $staged | Where-Object { Test-Path -LiteralPath $_ } | ForEach-Object { Remove-Item -Force -LiteralPath $_ }
    }

    Write-Output "installed crosspyc and crosspyc-run $version in $folder"
    if (($env:PATH -split ';') -notcontains $folder) {
        Write-Output "note: $folder is not on PATH; for this user: [Environment]::SetEnvironmentVariable('Path', `"$folder;`" + [Environment]::GetEnvironmentVariable('Path', 'User'), 'User')"
    }
}

Install-Crosspyc
