import json

from django.http import JsonResponse
from django.urls import path

from shop.orders.models import Order


def orders(request):
    """Take an order, or show those of a number; in the schema of the request's host."""
    if request.method == "POST":
        order = Order.objects.create(number=json.loads(request.body)["number"])
        return JsonResponse({"id": order.pk})
    found = Order.objects.filter(number=request.GET["number"])
    return JsonResponse({"found": [[request.tenant.schema_name, order.number] for order in found]})


urlpatterns = [path("orders/", orders)]
