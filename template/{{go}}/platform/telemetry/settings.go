// Kept by the platform: docs/ownership.md says what that means.

package telemetry

import (
	"net/url"
)

// Settings are where traces and metrics go, under the names that OpenTelemetry gives them. The other variables that its specification has for
// an exporter over OTLP, such as OTEL_EXPORTER_OTLP_HEADERS, are read by its SDK. OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
// OTEL_EXPORTER_OTLP_METRICS_ENDPOINT and OTEL_TRACES_SAMPLER change nothing: these settings go before them.
type Settings struct {
	// Endpoint is the collector, as http://host:4318; empty for none.
	Endpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	// Ratio is the share of requests that are traced where no trusted caller has decided it.
	Ratio float64 `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"0.05"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	var mistakes []string
	if address, err := url.Parse(s.Endpoint); s.Endpoint != "" && (err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "") {
		mistakes = append(mistakes, "OTEL_EXPORTER_OTLP_ENDPOINT must be the address of a collector for OTLP over HTTP such as http://localhost:4318, or empty.")
	}
	if s.Ratio < 0 || s.Ratio > 1 || s.Ratio != s.Ratio {
		mistakes = append(mistakes, "OTEL_TRACES_SAMPLER_ARG must be from 0 to 1.")
	}
	return mistakes
}
