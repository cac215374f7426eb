"""The OpenAPI document and its page, under the same permission table as everything else."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.views import APIView


@extend_schema(exclude=True)
class SchemaView(SpectacularAPIView):
    permission_classes = APIView.permission_classes


# The page's own style element is inline; its scripts are files of ours, so only styles are eased.
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
@extend_schema(exclude=True)
class DocsView(SpectacularSwaggerSplitView):
    permission_classes = APIView.permission_classes
    url_name = "api-schema"
