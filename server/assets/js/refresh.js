// Opens a waiting build's page again as soon as the build is measured. Without this script the page does so by itself.
"use strict";

(() => {
  const twin = document.querySelector('link[rel="alternate"][type="application/json"]');
  const look = async () => {
    const response = await fetch(twin.href, { headers: { accept: "application/json" } }).catch(() => null);
    const answer = response?.ok ? await response.json() : null;
    if (answer && answer.build.state !== "queued") {
      window.location.reload();
    } else {
      setTimeout(look, 2000);
    }
  };
  setTimeout(look, 1000);
})();
