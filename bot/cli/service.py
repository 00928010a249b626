"""`schoolgate service`: let the system start Schoolgate, watch over it, and start it again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated
from xml.sax.saxutils import escape

import typer

from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, load_settings, settings_path
from bot.errors import DataError

app = typer.Typer(help="Run Schoolgate as a service of this machine.", no_args_is_help=True)

UNIT = Path("/etc/systemd/system/schoolgate.service")

_SYSTEMD = """[Unit]
Description=Schoolgate, the watch at the school's social-media gate
Wants=network-online.target time-sync.target
After=network-online.target time-sync.target

[Service]
Type=notify
ExecStart={run}
WorkingDirectory={data}
User={user}
Restart=always
RestartSec=30
WatchdogSec=120
TimeoutStartSec=300
TimeoutStopSec=30
# Secrets, if you keep them with systemd instead of sealed in the data folder (systemd-creds(1)):
#LoadCredentialEncrypted=SCHOOLGATE_KEY:/etc/schoolgate/SCHOOLGATE_KEY.cred
# A proxy, and the school's own certificate authority:
#Environment=HTTPS_PROXY=http://proxy.school.internal:8080
#Environment=REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt

UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
CapabilityBoundingSet=
AmbientCapabilities=

[Install]
WantedBy=multi-user.target
"""

_WINSW = """<!-- WinSW 2.12 or later (github.com/winsw/winsw). Save this as
     schoolgate-service.xml beside schoolgate-service.exe, then run:
     schoolgate-service.exe install -->
<service>
  <id>schoolgate</id>
  <name>Schoolgate</name>
  <description>The watch at the school's social-media gate</description>
  <executable>{program}</executable>
  <arguments>{arguments}</arguments>
  <workingdirectory>{data}</workingdirectory>
  <startmode>Automatic</startmode>
  <delayedAutoStart>true</delayedAutoStart>
  <depend>Tcpip</depend>
  <onfailure action="restart" delay="30 sec"/>
  <resetfailure>1 hour</resetfailure>
  <stoptimeout>30 sec</stoptimeout>
  <serviceaccount>
    <username>NT AUTHORITY\\LocalService</username>
  </serviceaccount>
  <log mode="roll-by-size"><sizeThreshold>2048</sizeThreshold><keepFiles>5</keepFiles></log>
</service>
"""

UserOption = Annotated[str, typer.Option(help="The account that Schoolgate runs under (Linux).")]


@app.callback()
def about() -> None:
    """Run Schoolgate as a service of this machine."""


@app.command()
def install(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    user: UserOption = "schoolgate",
    show: Annotated[
        bool, typer.Option("--print", help="Only show the definition for this system.")
    ] = False,
    windows: Annotated[
        bool, typer.Option("--windows", help="The definition for Windows (WinSW).")
    ] = sys.platform == "win32",
) -> None:
    """Install the service, or with --print only show its definition."""
    folder, file = data.absolute(), settings_path(settings).absolute()
    text = winsw(folder, file) if windows else unit(folder, file, user=user, also=_elsewhere(file))
    if show:
        print(text)
        return
    if windows:
        target = folder / "schoolgate-service.xml"
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"Written: {target}. Put WinSW beside it as schoolgate-service.exe, then run, as")
        print(f"administrator: {folder / 'schoolgate-service.exe'} install")
        return
    _install_unit(text)


def _elsewhere(settings: Path) -> list[Path]:
    """The folders that the school's settings let it write to beside the data folder."""
    chosen = load_settings(settings)
    files = [Path(one).parent for one in [chosen.retention.head_file] if one]
    return [*(Path(one) for one in [chosen.backup.folder] if one), *files]


def unit(data: Path, settings: Path, *, user: str, also: list[Path]) -> str:
    """The systemd unit (systemd.service(5), systemd.exec(5)); all paths absolute."""
    run = " ".join(_quoted(part) for part in _command(data, settings))
    writable = " ".join(_quoted(str(path)) for path in (data, *also))
    return _SYSTEMD.format(run=run, data=_escaped(str(data)), user=user, writable=writable)


def winsw(data: Path, settings: Path) -> str:
    """The WinSW definition (github.com/winsw/winsw, xml-config-file.md)."""
    program, *arguments = _command(data, settings)
    quoted = subprocess.list2cmdline(arguments)
    return _WINSW.format(program=escape(program), arguments=escape(quoted), data=escape(str(data)))


def _command(data: Path, settings: Path) -> list[str]:
    return [sys.executable, "-m", "bot", "run", "--data", str(data), "--settings", str(settings)]


def _quoted(part: str) -> str:
    """For systemd, which reads % and quotation marks in a way of its own."""
    escaped = _escaped(part)
    return f'"{escaped}"' if " " in escaped else escaped


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _install_unit(text: str) -> None:
    try:
        UNIT.write_text(text, encoding="utf-8")
        UNIT.chmod(0o644)
        for command in (["daemon-reload"], ["enable", "--now", UNIT.name]):
            subprocess.run(["systemctl", *command], check=True)  # noqa: S603, S607  no words from outside
    except PermissionError:
        raise DataError(
            f"{UNIT} cannot be written: run this with sudo, or use --print and install it by hand."
        ) from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise DataError(
            f"The service could not be installed ({error}). Use --print and install it by hand."
        ) from error
    print("Installed and started. Look at it with: systemctl status schoolgate")
