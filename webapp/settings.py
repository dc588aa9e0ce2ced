"""Every environment variable that Gridbook reads, read once."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Settings:
    """How one installation runs; every field but `secret_key` has a default that works."""

    data: Path
    """GRIDBOOK_DATA: folder for the database, the photos and the secret key."""
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    """GRIDBOOK_TIMEZONE: the town's days and working hours."""
    demo: bool = True
    """GRIDBOOK_DEMO=0: do not load the demo town into a new database."""
    demo_password: str | None = None
    """DEMO_PASSWORD: one password for all demo accounts; without it random ones are printed."""
    host: str = "127.0.0.1"
    """GRIDBOOK_HOST: the address that the server is bound to."""
    demo_in_public: bool = False
    """GRIDBOOK_DEMO_IN_PUBLIC=1: allow demo accounts although the address is public."""
    https: bool = False
    """GRIDBOOK_HTTPS=1: a proxy in front speaks TLS and says who asked: cookies are Secure, HSTS is sent, X-Forwarded-* believed."""
    redis: str | None = None
    """GRIDBOOK_REDIS: address of a Redis for the queue of jobs, redis://…; without it the queue is a file in the data folder."""
    secret_key: bytes = b""
    """Signs sessions; made once and kept in the data folder."""

    @property
    def database(self) -> str:
        return f"sqlite:///{self.data / 'gridbook.db'}"

    @property
    def photos(self) -> Path:
        return self.data / "photos"

    @property
    def loopback(self) -> bool:
        return self.host in {"127.0.0.1", "localhost", "::1"}

    @property
    def demo_allowed(self) -> bool:
        """Demo accounts have known names; what others can reach, itself or through a proxy, gets them only when asked for by name."""
        return (self.loopback and not self.https) or self.demo_in_public


def read(environ=os.environ) -> Settings:
    """The settings of this process. Makes the data folder and the secret key when they are missing."""
    data = Path(environ.get("GRIDBOOK_DATA") or Path(__file__).parent.parent / "var").absolute()
    data.mkdir(parents=True, exist_ok=True)
    return Settings(
        data=data,
        timezone=ZoneInfo(environ.get("GRIDBOOK_TIMEZONE") or "Asia/Shanghai"),
        demo=environ.get("GRIDBOOK_DEMO", "1") != "0",
        demo_password=environ.get("DEMO_PASSWORD") or None,
        host=environ.get("GRIDBOOK_HOST") or "127.0.0.1",
        demo_in_public=environ.get("GRIDBOOK_DEMO_IN_PUBLIC") == "1",
        https=environ.get("GRIDBOOK_HTTPS") == "1",
        redis=environ.get("GRIDBOOK_REDIS") or None,
        secret_key=_secret_key(data / "secret.key"),
    )


def _secret_key(path: Path) -> bytes:
    """The key in `path`; the first of several processes to start makes it."""
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its key counts
        finally:
            draft.unlink()
    return path.read_bytes()
