"""A page in headless Chromium, by its debugging protocol."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket


def program():
    names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def available():
    return program() is not None


def wait_for(address, seconds=60):
    """Waits for a server."""
    end = time.time() + seconds
    while time.time() < end:
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(address)


class Page:
    """A page that is open as long as the `with` statement."""

    def __init__(self, address, cookies=(), script=""):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--remote-debugging-port=0", "--remote-allow-origins=*", "--window-size=1500,900",
             f"--user-data-dir={self.folder.name}", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for line in self.process.stderr:
            if "DevTools listening on" in line:
                port = line.rsplit(":", 1)[1].split("/")[0]
                break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as reply:
            tabs = [tab for tab in json.load(reply) if tab["type"] == "page"]
        self.socket = websocket.create_connection(tabs[0]["webSocketDebuggerUrl"], timeout=60)
        self.number = 0
        self.call("Page.enable")
        if script:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        for name, value in dict(cookies).items():
            self.call("Network.setCookie", name=name, value=value, url=address)
        self.call("Page.navigate", url=address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            reply = json.loads(self.socket.recv())
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']}")
                return reply["result"]

    def run(self, script):
        """The value of an expression; promises are waited for."""
        reply = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise RuntimeError(json.dumps(reply["exceptionDetails"])[:500])
        return reply["result"].get("value")

    def until(self, script, is_done, seconds=30):
        """Evaluates until the value is what is wanted; the last value."""
        end, value = time.time() + seconds, None
        while time.time() < end:
            try:
                value = self.run(script)
            except RuntimeError:
                value = None
            if is_done(value):
                return value
            time.sleep(0.3)
        return value

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot")["data"]
        path.write_bytes(base64.b64decode(data))
