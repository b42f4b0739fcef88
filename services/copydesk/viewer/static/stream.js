// The event stream; after a break it continues with the next event.

const RECONNECT_MS = 3000;

/**
 * Listen to the events; never stops.
 *
 * @param {{hello: Function, begin: Function, articles: Function, state: Function}} on
 *   Handlers by kind of event; `state` is called with `reading`, `live`, `away` (the broker) or `gone` (the server).
 */
export function listen(on) {
  let lastId = "";
  const open = () => {
    const source = new EventSource(lastId ? `/events?after=${encodeURIComponent(lastId)}` : "/events");
    const handle = (name, handler) => source.addEventListener(name, (event) => handler(JSON.parse(event.data), event));
    handle("hello", (data) => {
      on.state("reading");
      on.hello(data);
    });
    handle("begin", (data) => on.begin(data));
    handle("broker", (data) => on.state(data.broker ? "live" : "away"));
    handle("articles", (data, event) => {
      if (event.lastEventId) lastId = event.lastEventId;
      on.articles(data.articles, data.complete);
      if (data.complete) on.state("live");
    });
    source.onerror = () => {
      on.state("gone");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, RECONNECT_MS);
    };
  };
  open();
}
