/** What proxies, meshes and libraries export, under their real names: a healthy and a failing canary. */

export interface Exposition {
  source: string;
  /** The canary has had no error yet, and therefore no series of one. */
  calm: string;
  failing: string;
  /** Requests of the canary then and now, its errors, and requests of the stable version. */
  requests: { calm: number; failing: number; bad: number; stable: number };
  unit?: 'ms' | 's';
  /** Of the canary: `le` → count. */
  buckets?: Record<string, number>;
  saturation?: { canary: number; stable: number };
}

const lines = (...all: string[]) => `${all.join('\n')}\n`;

const cluster = (version: string) => `envoy_cluster_name="shop|eu|${version}"`;
const envoyStable = lines(
  `envoy_cluster_upstream_rq_completed{${cluster('1_0_0')}} 900`,
  `envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",${cluster('1_0_0')}} 890`,
  `envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",${cluster('1_0_0')}} 10`,
  `envoy_cluster_circuit_breakers_default_cx_open{${cluster('1_0_0')}} 0`,
  `envoy_cluster_circuit_breakers_default_rq_open{${cluster('1_0_0')}} 0`,
);
const envoyCanary = lines(
  `envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",${cluster('1_1_0')}} 50`,
  `envoy_cluster_upstream_rq_time_bucket{${cluster('1_1_0')},le="25"} 30`,
  `envoy_cluster_upstream_rq_time_bucket{${cluster('1_1_0')},le="+Inf"} 50`,
  `envoy_cluster_circuit_breakers_default_cx_open{${cluster('1_1_0')}} 0`,
  `envoy_cluster_circuit_breakers_default_rq_pending_open{${cluster('1_1_0')}} 1`,
);

const destination = (version: string, pod: string) =>
  [
    'reporter="destination",source_workload="gateway",source_canonical_service="gateway"',
    'source_version="unknown",destination_workload="shop",destination_workload_namespace="shop"',
    'destination_principal="spiffe://cluster.local/ns/shop/sa/default",destination_app="shop"',
    `destination_version="${version}",destination_service="shop.shop.svc.cluster.local"`,
    'destination_canonical_service="shop",request_protocol="http",response_flags="-"',
    `connection_security_policy="mutual_tls",pod="${pod}"`,
  ].join(',');
const istioLine = (version: string, pod: string, code: string, count: number) =>
  `istio_requests_total{${destination(version, pod)},response_code="${code}"} ${count}`;
const istioBucket = (pod: string, le: string, count: number) =>
  `istio_request_duration_milliseconds_bucket{${destination('1.1.0', pod)},response_code="200",le="${le}"} ${count}`;
const istioCalm = lines(
  istioLine('1.0.0', 'a', '200', 400),
  istioLine('1.0.0', 'a', '503', 4),
  istioLine('1.1.0', 'b', '200', 30),
  istioLine('1.1.0', 'b', '404', 1),
  istioLine('1.1.0', 'c', '200', 20),
  istioLine('1.1.0', 'b', '200', 999).replace('="destination"', '="source"'),
  istioBucket('b', '100', 20),
  istioBucket('b', '+Inf', 31),
  istioBucket('c', '100', 15),
  istioBucket('c', '+Inf', 20),
);

const inbound = (version: string, more: string) =>
  `direction="inbound",target_addr="10.1.0.7:8080",tls="true",namespace="shop",deployment="shop",pod="shop-${version}",app="shop",version="${version}",${more}`;
const linkerdCalm = lines(
  `response_total{${inbound('1.0.0', 'route_name="default",status_code="200",classification="success"')}} 300`,
  `response_total{${inbound('1.0.0', 'route_name="default",status_code="500",classification="failure"')}} 3`,
  `response_total{${inbound('1.1.0', 'route_name="default",status_code="200",classification="success"')}} 40`,
  `response_total{${inbound('1.1.0', 'route_name="probe",status_code="200",classification="success"')}} 77`,
  `response_latency_ms_bucket{${inbound('1.1.0', 'route_name="default",status_code="200",le="50"')}} 35`,
  `response_latency_ms_bucket{${inbound('1.1.0', 'route_name="default",status_code="200",le="+Inf"')}} 40`,
  `response_total{${inbound('1.1.0', 'status_code="200",classification="success"').replace('inbound', 'outbound')}} 555`,
);

const nginx = (canary: string, more: string) =>
  `canary="${canary}",controller_class="k8s.io/ingress-nginx",controller_namespace="ingress-nginx",controller_pod="ingress-nginx-controller-1",ingress="shop",namespace="shop",method="GET",path="/",service="shop",host="shop.example.com",${more}`;
const nginxCalm = lines(
  `nginx_ingress_controller_requests{${nginx('', 'status="200"')}} 700`,
  `nginx_ingress_controller_requests{${nginx('', 'status="502"')}} 7`,
  `nginx_ingress_controller_requests{${nginx('shop-shop-canary-80', 'status="200"')}} 60`,
  `nginx_ingress_controller_request_duration_seconds_bucket{${nginx('', 'status="200",le="0.25"')}} 600`,
  `nginx_ingress_controller_request_duration_seconds_bucket{${nginx('', 'status="200",le="+Inf"')}} 707`,
  `nginx_ingress_controller_request_duration_seconds_bucket{${nginx('shop-shop-canary-80', 'status="200",le="0.25"')}} 55`,
  `nginx_ingress_controller_request_duration_seconds_bucket{${nginx('shop-shop-canary-80', 'status="200",le="+Inf"')}} 60`,
);

const traefik = (version: string, code: string) =>
  `code="${code}",method="GET",protocol="http",service="shop-${version}@file"`;
const traefikCalm = lines(
  `traefik_service_requests_total{${traefik('1.0.0', '200')}} 500`,
  `traefik_service_requests_total{${traefik('1.0.0', '500')}} 5`,
  `traefik_service_requests_total{${traefik('1.1.0', '200')}} 70`,
  `traefik_service_request_duration_seconds_bucket{${traefik('1.1.0', '200')},le="0.3"} 66`,
  `traefik_service_request_duration_seconds_bucket{${traefik('1.1.0', '200')},le="+Inf"} 70`,
);

const haproxyServer = (server: string) => `proxy="shop",server="${server}"`;
const haproxyResponses = (server: string, ok: number, failed: number) =>
  ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'].map((code) => {
    const count = { '2xx': ok, '5xx': failed }[code] ?? 0;
    return `haproxy_server_http_responses_total{${haproxyServer(server)},code="${code}"} ${count}`;
  });
const haproxyStable = [
  ...haproxyResponses('1.0.0', 800, 8),
  `haproxy_server_connection_errors_total{${haproxyServer('1.0.0')}} 0`,
  `haproxy_server_response_errors_total{${haproxyServer('1.0.0')}} 2`,
  `haproxy_server_current_sessions{${haproxyServer('1.0.0')}} 3`,
  `haproxy_server_limit_sessions{${haproxyServer('1.0.0')}} 12`,
  `haproxy_server_current_sessions{${haproxyServer('1.1.0')}} 9`,
  `haproxy_server_limit_sessions{${haproxyServer('1.1.0')}} 10`,
];
const haproxyCanary = (ok: number, failed: number, refused: number, broken: number) =>
  lines(
    ...haproxyStable,
    ...haproxyResponses('1.1.0', ok, failed),
    `haproxy_server_connection_errors_total{${haproxyServer('1.1.0')}} ${refused}`,
    `haproxy_server_response_errors_total{${haproxyServer('1.1.0')}} ${broken}`,
  );

const otel = (version: string, more: string) =>
  `service_name="shop",service_version="${version}",service_instance_id="pod-${version}"${more}`;
const otelRequest = (version: string, code: string) =>
  otel(
    version,
    `,http_request_method="GET",http_response_status_code="${code}",http_route="/",url_scheme="http"`,
  );
const otelCalm = lines(
  `http_server_request_duration_seconds_count{${otelRequest('1.0.0', '200')}} 200`,
  `http_server_request_duration_seconds_count{${otelRequest('1.0.0', '500')}} 2`,
  `http_server_request_duration_seconds_count{${otelRequest('1.1.0', '200')}} 90`,
  `http_server_request_duration_seconds_bucket{${otelRequest('1.1.0', '200')},le="0.075"} 80`,
  `http_server_request_duration_seconds_bucket{${otelRequest('1.1.0', '200')},le="+Inf"} 90`,
  `http_server_active_requests{${otel('1.0.0', ',http_request_method="GET",url_scheme="http"')}} 4`,
  `http_server_active_requests{${otel('1.1.0', ',http_request_method="GET",url_scheme="http"')}} 6`,
  `http_server_active_requests{${otel('1.1.0', ',http_request_method="POST",url_scheme="http"')}} 1`,
);

export const expositions: Exposition[] = [
  {
    source: 'envoy',
    calm:
      envoyStable + envoyCanary + `envoy_cluster_upstream_rq_completed{${cluster('1_1_0')}} 50\n`,
    failing:
      envoyStable +
      envoyCanary +
      lines(
        `envoy_cluster_upstream_rq_completed{${cluster('1_1_0')}} 58`,
        `envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",${cluster('1_1_0')}} 8`,
      ),
    requests: { calm: 50, failing: 58, bad: 8, stable: 900 },
    unit: 'ms',
    buckets: { '25': 30, '+Inf': 50 },
    saturation: { canary: 1, stable: 0 },
  },
  {
    source: 'istio',
    calm: istioCalm,
    failing:
      istioCalm + lines(istioLine('1.1.0', 'c', '500', 5), istioLine('1.1.0', 'c', '503', 2)),
    requests: { calm: 51, failing: 58, bad: 7, stable: 404 },
    unit: 'ms',
    buckets: { '100': 35, '+Inf': 51 },
  },
  {
    source: 'linkerd',
    calm: linkerdCalm,
    failing:
      linkerdCalm +
      lines(
        `response_total{${inbound('1.1.0', 'route_name="default",status_code="500",classification="failure"')}} 9`,
      ),
    requests: { calm: 40, failing: 49, bad: 9, stable: 303 },
    unit: 'ms',
    buckets: { '50': 35, '+Inf': 40 },
  },
  {
    source: 'ingress-nginx',
    calm: nginxCalm,
    failing:
      nginxCalm +
      lines(
        `nginx_ingress_controller_requests{${nginx('shop-shop-canary-80', 'status="5xx"')}} 4`,
        `nginx_ingress_controller_requests{${nginx('shop-shop-canary-80', 'status="503"')}} 2`,
      ),
    requests: { calm: 60, failing: 66, bad: 6, stable: 707 },
    unit: 's',
    buckets: { '0.25': 55, '+Inf': 60 },
  },
  {
    source: 'traefik',
    calm: traefikCalm,
    failing: traefikCalm + lines(`traefik_service_requests_total{${traefik('1.1.0', '502')}} 11`),
    requests: { calm: 70, failing: 81, bad: 11, stable: 505 },
    unit: 's',
    buckets: { '0.3': 66, '+Inf': 70 },
  },
  {
    source: 'haproxy',
    // Measured on HAProxy 2.6: a server that refuses connections, one that breaks off.
    calm: haproxyCanary(80, 0, 0, 0),
    failing: haproxyCanary(80, 5, 20, 4),
    requests: { calm: 80, failing: 109, bad: 29, stable: 810 },
    saturation: { canary: 0.9, stable: 0.25 },
  },
  {
    source: 'opentelemetry',
    calm: otelCalm,
    failing:
      otelCalm +
      lines(`http_server_request_duration_seconds_count{${otelRequest('1.1.0', '500')}} 3`),
    requests: { calm: 90, failing: 93, bad: 3, stable: 202 },
    unit: 's',
    buckets: { '0.075': 80, '+Inf': 90 },
    saturation: { canary: 7, stable: 4 },
  },
];

/** cAdvisor and kube-state-metrics: a stable pod and two canary pods that burn CPU since ever. */
export function pods(seconds: number): string {
  const pod = (name: string, version: string, used: number, limit: number) => {
    const who = `namespace="shop",pod="${name}"`;
    return [
      `container_cpu_usage_seconds_total{${who},container="",cpu="total"} ${seconds * 9}`,
      `container_cpu_usage_seconds_total{${who},container="shop",cpu="total"} ${seconds * used}`,
      `kube_pod_container_resource_limits{${who},container="shop",resource="cpu",unit="core"} ${limit}`,
      `kube_pod_container_resource_limits{${who},container="shop",resource="memory",unit="byte"} 1e9`,
      `kube_pod_labels{${who},label_app="shop",label_version="${version}"} 1`,
    ];
  };
  return lines(
    ...pod('a', '1.0.0', 0.4, 0.5),
    ...pod('b', '1.1.0', 0.3, 0.5),
    ...pod('c', '1.1.0', 0.1, 1),
  );
}
