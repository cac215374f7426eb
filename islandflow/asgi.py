"""The web process: pages through Django, the one socket of a page through Channels."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "islandflow.settings")
pages = get_asgi_application()

from flow.routing import websocket_urlpatterns  # noqa: E402 - needs the app registry
from replay.middleware import SocketRun  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(SocketRun(URLRouter(websocket_urlpatterns)))
        ),
    }
)
