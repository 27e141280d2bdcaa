"""Fetch a published table once, see a broken transfer go on, and use it without a connection.

The example stands in for the publisher with a small server on this machine, so that it runs
without a network; without `address` the file comes from Eurostat. Needs quesnay[download].

Run it from anywhere: ``python examples/34_fetch_a_published_table.py``.
"""

import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import quesnay as qn

known = qn.list_downloads()
print(known[["name", "publisher", "first", "last", "licence", "sha256"]].to_string(index=False))

TABLE = (
    b"rowLabels,DE_A,DE_J,FR_A,FR_J,DE_P3,FR_P3\n"
    b"DE_A,10,5,2,1,80,2\nDE_J,8,20,1,4,60,7\nFR_A,3,1,12,4,2,78\nFR_J,1,5,7,18,6,63\n"
    b"W2_D1,50,45,50,53,0,0\nW2_B2A3G,28,24,28,20,0,0\n"
)


class Publisher(BaseHTTPRequestHandler):
    """Breaks off the first transfer, and goes on where it is asked to."""

    asked = 0

    def do_GET(self) -> None:
        """Answer with the file, or with the part of it that is still missing."""
        Publisher.asked += 1
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.send_response(206 if start else 200)
        self.send_header("ETag", '"first print"')
        self.send_header("Content-Length", str(len(TABLE) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(TABLE) - 1}/{len(TABLE)}")
        self.end_headers()
        self.wfile.write(TABLE[start : 100 if Publisher.asked == 1 else None])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
threading.Thread(target=server.serve_forever, daemon=True).start()
folder = Path(tempfile.mkdtemp())
here = f"http://127.0.0.1:{server.server_address[1]}/table.csv"
path = qn.download("figaro_2024", year=2019, folder=folder, address=here)
print(f"\n{path.name}: {path.stat().st_size} bytes in {Publisher.asked} transfers")
server.shutdown()
server.server_close()

again = qn.download("figaro_2024", year=2019, folder=folder)  # the publisher is gone: no matter
record = (folder / f"{again.name}.sha256").read_text().split()[0]
print(f"Used again without a connection, held to {record[:12]}…")

table = qn.read_io(again, country="DE")
print(
    f"\nGermany: output {table.x.to_dict()}, multipliers {table.multipliers().round(3).to_dict()}"
)

# The same office in SDMX: a table as cells, a frame with its units.
cells = folder / "naio.csv"
rows = ["DATAFLOW,unit,stk_flow,prd_ava,prd_use,geo,TIME_PERIOD,OBS_VALUE"]
for seller, uses in {"A": (10, 20, 70), "J": (30, 40, 50)}.items():
    for use, value in zip(("A", "J", "P3"), uses, strict=True):
        rows.append(f"ESTAT:NAIO_10_CP1700(1.0),MIO_EUR,TOTAL,{seller},{use},DE,2019,{value}")
rows += [f"ESTAT,MIO_EUR,TOTAL,D1,{use},DE,2019,60" for use in ("A", "J")]
cells.write_text("\n".join(rows) + "\n")
data = qn.read_sdmx(cells)
print(f"\nSDMX: {len(data.frame)} observations in {', '.join(data.units)}")
assert isinstance(data, qn.SdmxData)
print("Technical coefficients:\n", data.table().A.round(3).to_string(), sep="")
