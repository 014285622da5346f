"""A collector of traces (OTLP over HTTP), which somebody else's package decodes. Prints its port, and then a line for each request."""

import http.server
import json

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        octets = self.rfile.read(int(self.headers["Content-Length"]))
        request = trace_service_pb2.ExportTraceServiceRequest.FromString(octets)
        seen = {
            "path": self.path,
            "type": self.headers["Content-Type"],
            "headers": sorted(name.lower() for name in self.headers),
            "octets": octets.decode("latin-1"),
            "request": MessageToDict(request),
        }
        print(json.dumps(seen), flush=True)
        answer = trace_service_pb2.ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(server.server_port, flush=True)
server.serve_forever()
