// The stream of events, picked up where it was whenever it breaks.

const AGAIN_MS = 3000;

/**
 * Listen for ever.
 *
 * @param {{hello: Function, begin: Function, articles: Function, broker: Function, state: Function}} on
 *   What takes each kind of event; `state` gets connecting, reading, live, away.
 */
export function listen(on) {
  let last = "";
  const open = () => {
    const source = new EventSource(last ? `/events?after=${encodeURIComponent(last)}` : "/events");
    const take = (name, then) => source.addEventListener(name, (event) => then(JSON.parse(event.data), event));
    take("hello", (told) => {
      on.state("reading");
      on.hello(told);
    });
    take("begin", (told) => on.begin(told));
    take("broker", (told) => on.state(told.broker ? "live" : "away"));
    take("articles", (told, event) => {
      if (event.lastEventId) last = event.lastEventId;
      on.articles(told.articles, told.complete);
      if (told.complete) on.state("live");
    });
    source.onerror = () => {
      on.state("connecting");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS);
    };
  };
  open();
}
