"""The socket address; islandflow.asgi wraps it in origin check, session and run."""

from django.urls import path

from flow.consumers import PanelConsumer

websocket_urlpatterns = [path("ws/live/", PanelConsumer.as_asgi())]
