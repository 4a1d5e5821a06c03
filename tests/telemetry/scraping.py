"""Reads /metrics as Prometheus does."""

from prometheus_client.parser import text_string_to_metric_families

from tests.live import LiveServer
from tests.system.faults.callers import Caller

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Scrape:
    """All metrics of a server at one point in time."""

    def __init__(self, server: LiveServer) -> None:
        answer = Caller(server.url).get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        self.text = answer.body
        self.samples = [sample for family in text_string_to_metric_families(self.text) for sample in family.samples]

    def sum(self, name: str, **labels: str) -> float:
        """The sum of all samples that have these labels."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == f"frontdesk_{name}" and labels.items() <= sample.labels.items()
        )

    def values(self, label: str) -> set[str]:
        """All values of a label."""
        return {sample.labels[label] for sample in self.samples if label in sample.labels}
