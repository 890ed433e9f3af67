from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=100, unique=True)
