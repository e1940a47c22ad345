import { now } from './samples.ts'

const minute = 60_000

/** When an expression is asked: once at each instant, and once over a range. */
export interface Times {
  readonly instants: readonly number[]
  readonly range: { readonly from: number; readonly to: number; readonly stepMs: number } | undefined
}

/** Now; in the middle of a gap and a few milliseconds beside any sample; and a range over resets, gaps and the end. */
export const usual: Times = { instants: [now, now - 31 * minute - 17], range: { from: now - 44 * minute, to: now + 6 * minute, stepMs: 7 * minute + 13_000 } }
/** Months are asked once. */
export const once: Times = { instants: [now], range: undefined }
const byDay: Times = { instants: [now], range: { from: now - 28 * 1_440 * minute, to: now, stepMs: 2 * 1_440 * minute } }

const errors = 'http_requests_total{code=~"5.."}'
const all = 'http_requests_total'

/** Expressions by what they are about. Each row is asked at its times, of the sandbox and of the real server. */
export const questions: readonly { readonly about: string; readonly times: Times; readonly expressions: readonly string[] }[] = [
  {
    about: 'selectors',
    times: usual,
    expressions: [
      'up # comment (', 'up', 'up{job="shop"}', 'up{job!="shop"}', 'up{instance=~"cart.*|db.*"}', 'up{instance!~".*:80"}', 'up{job=~"sh"}', '{__name__=~"up|stock"}', '{job="shop",code="500"}', 'up{nosuch=""}', 'up{job="shop",nosuch!="x"}', 'nosuch',
      '{"dotted.name"}', '{"dotted.name","label.with.dot"="v"}', 'route{path=~"/api/.*"}', 'route{path=~"(?i)/API/v1/items/\\\\d+"}', "route{host='shop.example'}", 'route{path=~`/health[a-z]+`}', 'route{empty_is_absent=""}', 'stock{x=~"[12]"}', 'stock{x=~"1|3",y!="b"}', 'up{job=~".+"}', 'up{instance=~"cart:80|web:80"}',
    ],
  },
  {
    about: 'time shifts',
    times: usual,
    expressions: [
      'up offset 10m', 'up offset -2m', 'up @ 1767603000', 'up @ 1767603000.5 offset 5m', 'up offset 5m @ 1767603000', 'up @ start()', 'up @ end()', 'rate(http_requests_total[5m] offset 30m)', 'rate(http_requests_total[5m] @ 1767602000)', 'rate(http_requests_total[5m] @ end())', 'sum(rate(http_requests_total[5m] @ start() offset 1m))',
      'queue_length offset 1h', 'queue_length @ 0', 'gappy_total offset 35m', 'timestamp(up)', 'timestamp(up offset 5m)', 'timestamp(up @ 1767603000)', 'timestamp(queue_length)', 'timestamp(queue_length + 1)', 'timestamp(gappy_total)', 'time() - timestamp(queue_length)', 'time()', 'time() % 60',
      'count_over_time(up[2m+3m])', 'count_over_time(up[(1h-30m)/2])', 'count_over_time(up[2^3 * 10])', 'count_over_time(up[max_of(step(), 5m)])', 'count_over_time(up[min_of(10m, range() + 1m)])', 'up offset -(2m)', 'up offset (1m+30s)', 'up offset step()', 'up offset -step()', 'count_over_time(up[5m:step()+30s])', 'count_over_time(up[300])', 'count_over_time(up[1.5m])', 'count_over_time(up[90.5])',
    ],
  },
  {
    about: 'counters',
    times: usual,
    expressions: [
      'rate(http_requests_total[5m])', 'rate(http_requests_total[1m])', 'rate(http_requests_total[30s])', 'rate(http_requests_total[20s])', 'increase(http_requests_total[5m])', 'increase(http_requests_total[1h])', 'increase(http_requests_total[6h])', 'increase(http_requests_total[2d])', 'irate(http_requests_total[5m])', 'irate(http_requests_total[30m])',
      'rate(boundary_total[1m])', 'rate(boundary_total[2m])', 'rate(boundary_total[5m])', 'increase(boundary_total[1m])', 'increase(boundary_total[61s])', 'increase(boundary_total[119999ms])', 'count_over_time(boundary_total[1m])', 'count_over_time(boundary_total[5m])', 'count_over_time(boundary_total[1ms])',
      'rate(edge_total[5m])', 'increase(edge_total[5m])', 'delta(edge_total[5m])', 'rate(low_total[5m])', 'increase(low_total[20m])', 'increase(low_total[3h])', 'increase(low_total[4h])', 'rate(gappy_total[5m])', 'rate(gappy_total[15m])', 'increase(gappy_total[1h])', 'irate(gappy_total[15m])', 'resets(http_requests_total[6h])', 'resets(gappy_total[2h])', 'changes(http_requests_total[10m])', 'changes(up[1h])', 'changes(queue_length[30m])', 'resets(queue_length[30m])',
      'delta(queue_length[10m])', 'delta(queue_length{queue="b"}[1h])', 'idelta(queue_length[10m])', 'deriv(queue_length[10m])', 'deriv(http_requests_total[10m])', 'predict_linear(queue_length[30m], 3600)', 'predict_linear(queue_length{queue="b"}[30m] offset 5m, -600)', 'deriv(queue_length{queue="flat"}[10m])', 'rate(http_requests_total{service="slow"}[5m])', 'rate(http_requests_total{service="slow"}[10m])', 'rate(up[5m])', 'increase(queue_length{queue="b"}[5m])',
    ],
  },
  {
    about: 'over time',
    times: usual,
    expressions: [
      ...['avg', 'sum', 'min', 'max', 'count', 'stddev', 'stdvar', 'last', 'first', 'present'].flatMap((name) => [`${name}_over_time(queue_length[30m])`, `${name}_over_time(gappy_total[12m])`]),
      'quantile_over_time(0.5, queue_length[30m])', 'quantile_over_time(0.95, http_requests_total[10m])', 'quantile_over_time(0, queue_length[10m])', 'quantile_over_time(1, queue_length[10m])', 'quantile_over_time(1.5, queue_length[10m])', 'quantile_over_time(-1, queue_length[10m])', 'quantile_over_time(NaN, queue_length{queue="a"}[10m])', 'quantile_over_time(scalar(price{x="1"}) / 4, queue_length{queue="a"}[10m])',
      'last_over_time(gappy_total[1h])', 'avg_over_time(up[1h])', 'sum_over_time(up[4m])', 'count_over_time(up[15s])', 'absent_over_time(up[5m])', 'absent_over_time(nosuch{job="x",code=~"5.."}[5m])', 'absent_over_time(gappy_total{kind="marked"}[2m])', 'absent_over_time(gappy_total{kind="silent"}[2m])', 'present_over_time(up{job="db"}[5m])', 'avg_over_time({__name__=~"up|stock"}[5m])', 'last_over_time({__name__=~"up|stock"}[5m])', 'rate({__name__=~"low_total|boundary_total"}[5m])',
    ],
  },
  {
    about: 'subqueries',
    times: usual,
    expressions: [
      'max_over_time(rate(http_requests_total[5m])[30m:1m])', 'avg_over_time(up[10m:30s])', 'count_over_time(up[10m:])', 'count_over_time(up[10m:7s])', 'sum_over_time(vector(1)[10m:1m])', 'min_over_time(sum(rate(http_requests_total[1m]))[20m:90s] offset 5m)', 'max_over_time(up[5m:1m] @ 1767602000)', 'avg_over_time(rate(http_requests_total[2m] offset 3m)[10m:2m])', 'rate(sum by (service) (http_requests_total)[10m:1m])', 'increase(max by (service) (http_requests_total)[30m:30s])',
      'quantile_over_time(0.9, rate(http_requests_total{service="cart"}[1m])[30m:1m])', 'deriv(rate(http_requests_total[5m])[20m:1m])', 'max_over_time((up == 0)[1h:15s])', 'count_over_time((queue_length > 12)[30m:1m])', 'avg_over_time((sum(rate(http_requests_total{code="500"}[5m])) / sum(rate(http_requests_total[5m])))[30m:1m])', 'max_over_time(max_over_time(queue_length[5m])[10m:1m])', 'sum_over_time(max_over_time(up[2m:30s])[4m:1m])', 'count_over_time(time()[5m:1m] )', 'last_over_time(timestamp(up)[5m:1m])', 'avg_over_time((rate(low_total[10m]) @ 1767602000)[10m:1m])', 'sum_over_time((up @ 1767602000)[5m:1m])', 'count_over_time(up[5m:1m] @ end())', 'absent_over_time(nosuch[10m:1m])', 'absent_over_time((up > 5)[10m:1m])', 'predict_linear((avg_over_time(low_total[90s]))[30m:1m] @ end(), 10)', 'quantile_over_time(scalar(nosuch), (up)[5m:] @ 1767602222)', 'quantile_over_time(0.5, (up)[5m:] @ 1767602222)', 'increase((build_info)[1h:5m])', 'predict_linear((sort(route))[90s:1m], 60)', 'last_over_time(topk(1, stock)[3m:1m])',
    ],
  },
  {
    about: 'histograms',
    times: usual,
    expressions: [
      ...[0, 0.5, 0.9, 0.95, 0.99, 1].map((q) => `histogram_quantile(${q}, rate(latency_seconds_bucket[5m]))`), 'histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))', 'histogram_quantile(0.95, sum by (le, service) (increase(latency_seconds_bucket[30m])))', 'histogram_quantile(0.5, latency_seconds_bucket)', 'histogram_quantile(-0.1, latency_seconds_bucket)', 'histogram_quantile(1.1, latency_seconds_bucket)', 'histogram_quantile(NaN, latency_seconds_bucket)', 'histogram_quantile(0.5, temperature_bucket)', 'histogram_quantile(0.05, temperature_bucket)', 'histogram_quantile(0.7, temperature_bucket)',
      'histogram_quantile(0.5, crooked_bucket)', 'histogram_quantile(0.9, crooked_bucket)', 'histogram_quantile(0.9, headless_bucket)', 'histogram_quantile(0.9, odd_bucket)', 'histogram_quantile(0.9, up)', 'histogram_quantile(0.9, rate(crooked_bucket[5m]))', 'histogram_quantile(0.9, nosuch)',
      'histogram_fraction(0, 0.5, rate(latency_seconds_bucket[5m]))', 'histogram_fraction(0.2, 0.7, latency_seconds_bucket)', 'histogram_fraction(-Inf, +Inf, latency_seconds_bucket)', 'histogram_fraction(0.7, 0.2, latency_seconds_bucket)', 'histogram_fraction(-15, 15, temperature_bucket)', 'histogram_fraction(0, 100, temperature_bucket)', 'histogram_fraction(NaN, 1, latency_seconds_bucket)', 'histogram_fraction(0, 1, headless_bucket)', 'histogram_fraction(-Inf, -15, temperature_bucket)',
      'rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])', 'sum(rate(latency_seconds_bucket{le="0.5"}[10m])) / sum(rate(latency_seconds_count[10m]))', 'latency_seconds_bucket{le="1.0"}', 'latency_seconds_bucket{le="1"}', 'histogram_count(up)', 'histogram_sum(latency_seconds_bucket)', 'histogram_avg(up)', 'histogram_stddev(up)', 'histogram_quantile(scalar(price{x="1"}) / 4, latency_seconds_bucket)',
    ],
  },
  {
    about: 'aggregations',
    times: usual,
    expressions: [
      ...['sum', 'avg', 'min', 'max', 'count', 'stddev', 'stdvar', 'group'].flatMap((name) => [`${name}(stock)`, `${name} by (x) (stock)`, `${name}(queue_length) without (queue)`]), 'sum by (service) (rate(http_requests_total[5m]))', 'sum by (nosuch) (up)', 'sum without (instance) (up)', 'sum(nosuch)', 'sum by (job, instance) (up)', 'count by (job) (up == 1)', 'avg(queue_length{queue=~"a|b"})', 'sum(queue_length{queue="inf"})', 'max(queue_length{queue=~"nan|a"})',
      'topk(2, stock)', 'topk(1, stock) by (x)', 'topk by (y) (1, stock)', 'bottomk(2, stock)', 'bottomk(1, queue_length)', 'topk(2, queue_length)', 'topk(0, stock)', 'topk(-1, stock)', 'topk(100, stock)', 'topk(1.9, stock)', 'topk(scalar(price{x="1"}), stock)', 'topk(1, rate(http_requests_total[5m]))', 'bottomk(3, rate(http_requests_total[5m]) > 0)',
      'quantile(0.5, stock)', 'quantile(0.9, queue_length)', 'quantile by (x) (0.3, stock)', 'quantile(2, stock)', 'quantile(-1, stock)', 'quantile(NaN, stock)', 'count_values("value", stock)', 'count_values("value", up)', 'count_values by (job) ("v", up)', 'count_values without (instance) ("v", up)', 'count_values("v", queue_length)', 'count_values("job", up)', 'count_values("v", http_requests_total{service="idle"} * 1e21)', 'count_values("v", stock / 1e9)', 'group(up) by (job)', 'sum by ("label.with.dot") ({"dotted.name"})', 'sum(sum by (x) (stock))', 'avg by (group) (up)', 'sum by (on) (up)', 'max(up) by (job,)', 'quantile by (kind) (time(), low_total)', 'topk(scalar(day_of_month(wave)), stock @ end())', 'quantile(time(), low_total @ 1767602222)', 'quantile(10 ^ 10, stock)', 'count_values("v", stddev by (y) (stock))', 'sort(up @ end())', 'quantile(1.5, stock) + quantile(1.5, price)', 'quantile(NaN, stock) + quantile(-1, price)',
    ],
  },
  {
    about: 'arithmetic and comparison',
    times: usual,
    expressions: [
      '1 + 2 * 3', '2 ^ 3 ^ 2', '-2 ^ 2', '(-2) ^ 2', '- 2 ^ 2', '2 ^ -1', '10 % 3', '-7 % 3', '7 % -3', '5.5 % 2', '1 / 0', '-1 / 0', '0 / 0', '1 == bool 1', '1 > bool 2', 'NaN == bool NaN', 'NaN != bool NaN', '0x1F', '1_000', '010', '1e3', '.5', 'Inf', '-Inf', '+NaN', '5m', '1h30m * 2', '1 atan2 2', '-up', '+up', '- -up', '-queue_length', '1 ^ NaN', '(-1) ^ Inf', '2 ^ 0.5', '"text"', "'it\\'s'", '`raw\\n`', '"a\\tb"',
      'stock + 1', '1 + stock', 'stock - 1', 'stock * 2', 'stock / 0', '100 / stock', 'stock % 5', '2 ^ stock', 'stock atan2 2', 'stock > 12', 'stock >= 12', 'stock < 12', 'stock <= 12', 'stock == 12', 'stock != 12', '12 < stock', '12 > bool stock', 'stock > bool 12', 'queue_length == queue_length', 'queue_length != queue_length', 'queue_length > bool 0', '0 < queue_length', 'stock + stock', 'stock - stock', 'stock == stock', 'up == bool up', 'stock / up', 'stock > bool stock', 'time() > bool 0', 'vector(1) + 1', 'vector(1) == 1', '1 - vector(NaN)',
    ],
  },
  {
    about: 'vector matching',
    times: usual,
    expressions: [
      'stock * on (x) group_left () price', 'stock * on (x) group_left (currency) price', 'price * on (x) group_right () stock', 'price * on (x) group_right (currency) stock', 'stock * ignoring (y, currency) group_left price', 'stock * on (x) price', 'stock * ignoring (y) price', 'sum by (x) (stock) * on (x) price', 'sum by (x) (stock) / ignoring (currency) price', 'price - on (x) sum by (x) (stock)', 'stock + on (y) group_left stock', 'stock > on (x) group_left price * 5', 'stock > bool on (x) group_left price * 5', 'price * on (x) group_left stock', 'stock + on () group_left vector(1)', 'stock + on () vector(1)', 'up * on (instance) up', 'up + ignoring (job) up', 'stock * on (nosuch) group_left price',
      'rate(http_requests_total[5m]) * on (service) group_left (version) build_info', 'sum by (service) (rate(http_requests_total{code="500"}[5m])) / sum by (service) (rate(http_requests_total[5m]))', 'http_requests_total{code="500"} / ignoring (code) http_requests_total{code="200"}', 'http_requests_total{code="500"} / http_requests_total', 'http_requests_total{code="500"} / on (service) http_requests_total{code="200"}', 'http_requests_total / ignoring (code) group_left sum without (code) (http_requests_total)', 'sum without (code) (http_requests_total) - ignoring (code) group_right http_requests_total', 'stock == on (x) group_left (currency) price + 9', 'max by (x) (stock) - on (x) min by (x) (stock)',
      'stock and on (x) price', 'stock and price', 'stock or price', 'stock or on (x) price', 'stock unless on (x) price', 'stock unless price', 'price and on () vector(1)', 'price and on () (vector(1) > 2)', 'nosuch or vector(0)', 'sum(nosuch) or vector(0)', 'up or on (job) stock', 'up unless up{job="db"}', 'up and up{job="shop"} == 1', 'stock or stock', 'price or on () stock', 'stock and ignoring (y) stock{y="a"}', 'up == 0 or up == 1', 'up{job="shop"} unless on (instance) (up == 0)', 'nosuch unless up', 'up and nosuch', 'gappy_total{kind="marked"} or gappy_total{kind="silent"}', 'gappy_total and on (kind) gappy_total > 100',
    ],
  },
  {
    about: 'functions',
    times: usual,
    expressions: [
      ...['abs', 'ceil', 'floor', 'exp', 'sqrt', 'ln', 'log2', 'log10', 'sgn', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'rad', 'deg'].map((name) => `${name}(queue_length{queue=~"b|nan|inf|flat"} / 10)`), 'round(queue_length)', 'round(queue_length / 3, 0.1)', 'round(vector(2.5))', 'round(vector(-2.5))', 'round(stock, 5)', 'clamp(queue_length, 0, 12)', 'clamp(queue_length, 12, 0)', 'clamp_min(queue_length, 3)', 'clamp_max(queue_length, 3)', 'clamp_max(queue_length, NaN)', 'clamp(queue_length, NaN, 5)', 'clamp_min(stock, scalar(price{x="1"}) * 6)',
      'absent(up)', 'absent(nosuch)', 'absent(nosuch{job="a",instance=~"b",x!="y"})', 'absent(nosuch{job="a",job="b",x="y"})', 'absent(sum(nosuch))', 'absent(up > 5)', 'absent(up{job="db"})', 'absent(gappy_total{kind="marked"})', 'scalar(price)', 'scalar(price{x="1"})', 'scalar(nosuch)', 'vector(scalar(price{x="2"}))', 'vector(time())', 'pi()', 'sort(stock)', 'sort_desc(queue_length)', 'sort(queue_length)', 'sort_desc(rate(http_requests_total[5m]))',
      ...['minute', 'hour', 'month', 'year', 'day_of_month', 'day_of_week', 'day_of_year', 'days_in_month'].flatMap((name) => [`${name}()`, `${name}(wave)`]), 'hour(vector(0))', 'year(vector(-1))', 'hour(timestamp(up))', 'days_in_month(vector(1709164800))',
      'label_replace(route, "item", "$1", "path", "/api/v1/items/(.*)")', 'label_replace(route, "path", "", "path", ".*")', 'label_replace(up, "port", "$2", "instance", "(.*):(.*)")', 'label_replace(up, "port", "${name}-x", "instance", "(?P<name>[a-z]+):.*")', 'label_replace(up, "all", "[$0] $$ $9 $1x", "instance", "(.*):80")', 'label_replace(up, "x", "new", "nosuch", "")', 'label_replace(up, "x", "new", "nosuch", "y")', 'label_replace(up, "instance", "same", "instance", ".*")', 'label_replace(stock, "__name__", "renamed", "x", ".*")', 'label_join(stock, "xy", "-", "x", "y")', 'label_join(stock, "xy", "", "x", "nosuch", "y")', 'label_join(stock, "x", "", "nosuch")', 'label_join(stock, "joined", ",")', 'rate(label_replace(http_requests_total, "s", "$1", "service", "(.).*")[5m:1m])',
    ],
  },
  {
    about: 'service levels',
    times: usual,
    expressions: [
      ...['5m', '30m', '1h', '2h', '6h'].flatMap((window) => [
        `sum(rate(${errors}[${window}])) / sum(rate(${all}[${window}]))`,
        `(sum(rate(${errors}[${window}])) or vector(0)) / (sum(rate(${all}[${window}])) > 0)`,
        `sum by (service) (rate(${errors}[${window}])) / sum by (service) (rate(${all}[${window}]))`,
        `(sum by (service) (rate(${errors}[${window}])) or 0 * sum by (service) (rate(${all}[${window}]))) / (sum by (service) (rate(${all}[${window}])) > 0)`,
      ]),
      'sum(rate(http_requests_total{service="idle",code="500"}[5m])) / sum(rate(http_requests_total{service="idle"}[5m]))', 'rate(http_requests_total{service="idle"}[5m]) / rate(http_requests_total{service="idle"}[5m])', '(rate(http_requests_total{service="idle"}[5m]) / rate(http_requests_total{service="idle"}[5m])) == (rate(http_requests_total{service="idle"}[5m]) / rate(http_requests_total{service="idle"}[5m]))',
      '(1 - sum(rate(http_requests_total{code!~"5.."}[1h])) / sum(rate(http_requests_total[1h]))) / (1 - 0.999)', '(max(sum by (service) (rate(http_requests_total{code="500"}[5m])) / sum by (service) (rate(http_requests_total[5m])) > (14.4 * 0.001)) without (w) and max(sum by (service) (rate(http_requests_total{code="500"}[1h])) / sum by (service) (rate(http_requests_total[1h])) > (14.4 * 0.001)) without (w)) or vector(-1)',
      'avg_over_time((histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m]))) <= bool 0.5)[1h:1m])', 'avg_over_time(((sum(rate(http_requests_total{service="idle",code="500"}[5m])) / sum(rate(http_requests_total{service="idle"}[5m]))) <= bool 0.01)[30m:1m])', 'sum(increase(http_requests_total{code="500"}[1h]))', 'sum(increase(http_requests_total[1h])) * 0.001 - sum(increase(http_requests_total{code="500"}[1h]))', 'sum_over_time((sum(rate(http_requests_total[5m])))[1h:5m]) / ignoring () count_over_time((sum(rate(http_requests_total[5m])))[1h:5m])', 'count_over_time(http_requests_total[1h])', 'min(timestamp(http_requests_total))', 'time() - max(timestamp(gappy_total))', 'sum(rate(low_total[1h])) / sum(rate(low_total[1h]))', 'count(count_over_time(http_requests_total[5m]))',
    ],
  },
  {
    about: 'error budgets of a month',
    times: byDay,
    expressions: [
      ...['1h', '6h', '1d', '3d', '7d', '28d', '30d'].flatMap((window) => [`sum(increase(events_total{kind="bad"}[${window}])) / sum(increase(events_total{kind="all"}[${window}]))`, `increase(events_total[${window}])`]),
      '1 - (sum(increase(events_total{service="cart",kind="bad"}[30d])) / sum(increase(events_total{service="cart",kind="all"}[30d]))) / (1 - 0.999)', 'count_over_time(events_total[30d])', 'avg_over_time((sum(rate(events_total{kind="bad"}[10m])) / sum(rate(events_total{kind="all"}[10m])))[7d:5m])', 'increase(events_total{kind="bad"}[1d] offset 1w)', 'min_over_time(timestamp(events_total{service="web",kind="all"})[30d:1d])',
    ],
  },
]

/** Expressions that both sides refuse, and how: the type of the error, and that it is one. */
export const refused: readonly { readonly expression: string; readonly type: 'bad_data' | 'execution'; readonly as?: 'range' }[] = [
  ...[
    '', ' ', 'up{', 'up}', 'up{job=}', 'up{job=~"("}', 'sum(', 'sum()', 'sum(up, up)', 'topk(up)', 'rate(up)', 'rate(up[5m], 1)', 'abs(up[5m])', 'nosuchfunction(up)', 'up[5m', 'up[0s]', 'up[-5m]', 'up[5x]', '{}', '{job=~".*"}', '{job=""}', 'up{__name__="x"}', '1 == 1', 'up bool 1', 'up + bool 1', '1 and 2', 'up and 1', '"a" + 1', '"a" + "b"', 'up and on (job) group_left up', 'stock * on (x) group_left (x) price', '1 + on (x) 2', 'up offset', 'up offset 5m offset 5m', 'up @ 1 @ 2', 'up @ Inf', 'sum(up) offset 5m', '(up) offset 5m', 'sum(up)[5m]', 'up offset 5m[5m]', 'up[5m][5m:1m]', '1[5m]', 'vector(up)', 'scalar(1)', 'histogram_quantile(up, 0.9)', 'label_replace(up, "a", "b", "c")', 'count_values(1, up)', 'quantile("a", up)', 'sum by job (up)', 'up === 1', 'up = 1', '-"a"', 'up[5m] + 1', 'sum(up[5m])', 'round(up, 1, 2)', 'time(1)', "'unfinished", '"a\\qb"', '5m5', 'clamp(up, 1)', 'rate(up[5m]', 'a b', 'predict_linear(up[5m])', 'up{job="a" instance="b"}', 'up{"a"="b" "c"}', '1..2', 'up[5m:0s]', 'up[1:2:3]', 'sum by (1) (up)', 'sort()', 'day_of_week(up, up)', 'up{job="a",,}', 'absent(1)',
    'mad_over_time(up[5m])', 'limitk(1, up)', 'limit_ratio(0.5, up)', 'sort_by_label(up, "job")', 'double_exponential_smoothing(up[5m], 0.5, 0.5)', 'info(up)', 'ts_of_max_over_time(up[5m])', 'rate(up[5m] anchored)', 'up smoothed', 'up[step()]', 'up[5m-5m]', 'up[5m/0]', 'up[-1]', 'up + fill(0) up', 'histogram_quantiles(up, "q", 0.1)', 'start()', 'max_of(1, 2)',
  ].map((expression) => ({ expression, type: 'bad_data' as const })),
  ...['up[5m]', '"text"', 'up[5m:1m]'].map((expression) => ({ expression, type: 'bad_data' as const, as: 'range' as const })),
  ...[
    'stock * on (x) price', 'price * on (x) stock', 'stock + on (y) stock', 'stock * on (x) group_left stock', 'up + on () up', 'http_requests_total / on (service) http_requests_total', 'price * on (currency) group_left stock / 0 + on (y) price', 'label_replace(up, "x", "$1", "instance", "(")', 'label_replace(up, "", "x", "instance", ".*")', 'label_replace(up, "instance", "same", "instance", ".*")', 'label_join(up, "", "-", "job")', 'label_join(up, "x", "-", "")', 'count_values("", up)', 'topk(NaN + 0 * scalar(price{x="1"}), stock)', 'rate({__name__=~"latency_seconds_count|latency_seconds_sum"}[5m])', '-{__name__=~"latency_seconds_count|latency_seconds_sum"}', 'topk(1e30, stock)', 'stock * on (y) group_left (x) stock',
  ].map((expression) => ({ expression, type: 'execution' as const })),
]
